// What was read: pages on one side, fields on the other, and what is in doubt.

import { Crop } from "./crop.js";
import { cellsOf, groups, says } from "./fields.js";
import { Pages } from "./pages.js";
import { table } from "./tables.js";
import { has, made, put } from "./texts.js";

const at = (id) => document.getElementById(id);

export class Result {
  #content = at("content");
  #pages = new Pages(at("pages"), (id) => this.#mark(id, false), (id) => this.#go(id));
  #crop = new Crop();
  #document = null;
  #cells = new Map();
  #next = 0;

  constructor() {
    const id = ({ target }) => target.closest?.(".field")?.dataset.id ?? null;
    this.#content.addEventListener("pointerover", (event) => this.#mark(id(event), true));
    this.#content.addEventListener("pointerleave", () => this.#mark(null, false));
    this.#content.addEventListener("focusin", (event) => this.#mark(id(event), true));
    this.#content.addEventListener("click", (event) => {
      const cell = this.#cells.get(id(event));
      if (cell) this.#crop.open(cell, this.#document, at(`field-${cell.id}`));
    });
    at("check-next").addEventListener("click", () => this.#checkNext());
  }

  /** Show a document. */
  show(found, name) {
    this.#document = found;
    const all = groups(found);
    const cells = cellsOf(all);
    this.#cells = new Map(cells.map((cell) => [cell.id, cell]));
    this.#next = 0;
    at("result-name").textContent = name;
    this.#content.replaceChildren(...warnings(found), ...all.map(table), rawText(found));
    this.#pages.show(found, cells);
    at("summary").replaceChildren(...summary(found, cells));
    this.#verdict(all, cells);
  }

  /** Forget it. */
  clear() {
    this.#crop.close();
    this.#document = null;
    this.#cells = new Map();
    this.#pages.clear();
    at("result-name").textContent = "";
    for (const id of ["content", "summary"]) at(id).replaceChildren();
  }

  /** How many fields are shown, and how many of them are in doubt. */
  get counts() {
    const cells = [...this.#cells.values()];
    return { total: cells.filter(says).length, count: cells.filter(({ doubt }) => doubt).length };
  }

  #verdict(all, cells) {
    const doubtful = cells.filter(({ doubt }) => doubt);
    const key = doubtful.length ? "check_some" : all.length > 1 ? "check_none" : "check_nothing";
    put(at("verdict-text"), key, this.counts);
    at("verdict").classList.toggle("doubt", key !== "check_none");
    at("check-next").hidden = !doubtful.length;
  }

  #checkNext() {
    const doubtful = [...this.#cells.values()].filter(({ doubt }) => doubt);
    this.#go(doubtful[this.#next % doubtful.length].id);
    this.#next += 1;
  }

  #go(id) {
    const field = at(`field-${id}`);
    field.scrollIntoView({ block: "center" });
    field.focus({ preventScroll: true });
  }

  /** Mark a field and its box; when none is pointed at, the one that has the focus. */
  #mark(pointed, scroll) {
    const focused = document.activeElement?.closest("#content .field")?.dataset.id;
    const id = pointed ?? focused ?? null;
    for (const field of this.#content.querySelectorAll(".field.on")) field.classList.remove("on");
    if (id) at(`field-${id}`)?.classList.add("on");
    this.#pages.mark(id, scroll);
  }
}

function summary(found, cells) {
  const doubtful = cells.filter(({ doubt }) => doubt).length;
  const kind = found.document_type;
  const facts = [
    ["summary_type", kind ? made("span", `document.${kind}`) : "—"],
    ["summary_pages", String(found.pages)],
    ["summary_confidence", `${Math.round(100 * found.average_confidence)} %`],
    ["summary_check", String(doubtful)],
  ];
  return facts.map(([key, value]) => {
    const fact = document.createElement("div");
    const shown = document.createElement("dd");
    shown.append(value);
    fact.append(made("dt", key), shown);
    return fact;
  });
}

function warnings(found) {
  if (!found.warnings.length) return [];
  const section = document.createElement("section");
  section.className = "card warned";
  const list = document.createElement("ul");
  for (const { code, message, page } of found.warnings) {
    const line = document.createElement("li");
    if (page) line.append(made("span", "problem_page", { page }), " ");
    if (has(`warning.${code}`)) line.append(made("span", `warning.${code}`));
    else line.append(message);
    list.append(line);
  }
  section.append(made("h3", "warnings"), list);
  return [section];
}

function rawText(found) {
  const details = document.createElement("details");
  details.className = "card";
  const text = document.createElement("pre");
  text.textContent = found.raw_text;
  text.tabIndex = 0;
  details.append(made("summary", "raw_text"), text);
  return details;
}
