// Fields as tables, one a category. Every field is a button: it shows its place, and opens it.

import { says, printed } from "./fields.js";
import { made, has } from "./texts.js";

/** Categories whose items are a list of fields each, since their texts are long. */
const LISTED = new Set(["header", "imaging"]);

/** Characters of a value that is not broken into lines. */
const SHORT = 14;

/** The table of a group. */
export function table(group) {
  const section = document.createElement("section");
  section.className = "card group-of";
  const heading = made("h3", `category.${group.category}`);
  heading.id = `category-${group.category}`;
  section.setAttribute("aria-labelledby", heading.id);
  section.append(heading);
  if (LISTED.has(group.category)) {
    section.append(...group.items.map((item) => listed([...item.cells, ...item.more])));
  } else {
    section.append(columned(group));
  }
  return section;
}

/** What a cell shows: into an element, so that a switch of the language finds it. */
export function show(element, { name, value, info, aside }) {
  if (value === null || value === undefined || value === "") {
    element.classList.add("null");
    element.append("— ", made("span", name === "abnormal" ? "not_known" : "not_read"));
  } else if (name === "schedule") {
    const times = Object.entries(value).filter(([, amount]) => amount !== null);
    times.forEach(([time, amount], index) => {
      element.append(index ? ", " : "", made("span", `time.${time}`), ` ${amount}`);
    });
  } else if (typeof value === "boolean") {
    const key = name === "abnormal" ? `abnormal.${value}` : String(value);
    if (name === "abnormal") element.classList.add(value ? "outside" : "within-range");
    element.append(made("span", key));
  } else {
    element.append(typeof value === "number" ? printed(value, info) : value);
  }
  if (aside) element.append(` (${aside})`);
}

/** The reasons for review of a cell, as a list. */
export function reasons(info) {
  const list = document.createElement("ul");
  list.className = "reasons";
  for (const code of info.review_reasons) list.append(made("li", `reason.${code}`));
  return list;
}

function listed(cells) {
  const made_ = document.createElement("table");
  made_.className = "listed";
  const body = made_.createTBody();
  for (const cell of cells) {
    const row = body.insertRow();
    const head = made("th", `field.${cell.name}`);
    head.scope = "row";
    row.append(head);
    const place = row.insertCell();
    place.append(button(cell));
    if (cell.note && says(cell) && has(cell.note)) place.append(made("span", cell.note, {}, "note"));
    if (cell.doubt) place.append(doubts([cell], false));
  }
  return made_;
}

function columned({ category, columns, items }) {
  const made_ = document.createElement("table");
  made_.className = `columned ${category}`;
  const head = made_.createTHead().insertRow();
  for (const name of columns) {
    const cell = made("th", `field.${name}`);
    cell.scope = "col";
    head.append(cell);
  }
  for (const item of items) made_.append(rows(item, columns.length));
  return told(made_);
}

/** A narrow table is laid out as blocks, which screen readers would take for no table. */
function told(table_) {
  const roles = { TABLE: "table", THEAD: "rowgroup", TBODY: "rowgroup", TR: "row", TD: "cell" };
  for (const element of [table_, ...table_.querySelectorAll("thead, tbody, tr, td, th")]) {
    element.setAttribute("role", roles[element.tagName] ?? "columnheader");
  }
  return table_;
}

function rows({ cells, more }, width) {
  const body = document.createElement("tbody");
  const row = body.insertRow();
  for (const cell of cells) {
    const place = row.insertCell();
    // Seen where the table is too narrow for its head.
    const name = made("span", `field.${cell.name}`, {}, "name");
    name.setAttribute("aria-hidden", "true");
    place.append(name, button(cell));
  }
  if (more.length) across(body, width, "more").append(...more.map(extra));
  const doubtful = [...cells, ...more].filter(({ doubt }) => doubt);
  if (doubtful.length) across(body, width, "why").append(doubts(doubtful, true));
  return body;
}

function across(body, width, name) {
  const row = body.insertRow();
  row.className = name;
  const cell = row.insertCell();
  cell.colSpan = width;
  return cell;
}

function extra(cell) {
  const place = document.createElement("span");
  place.className = "extra";
  place.append(made("span", `field.${cell.name}`, {}, "label"), " ");
  if (cell.info) {
    place.append(button(cell));
  } else {
    const plain = document.createElement("span");
    show(plain, cell);
    place.append(plain);
  }
  return place;
}

function button(cell) {
  const made_ = document.createElement("button");
  made_.type = "button";
  made_.id = `field-${cell.id}`;
  made_.className = "field";
  made_.dataset.id = cell.id;
  if (cell.doubt) {
    made_.classList.add("doubt");
    made_.setAttribute("aria-describedby", `why-${cell.id}`);
    made_.append(made("span", "check", {}, "mark"));
  }
  const value = document.createElement("span");
  value.className = "value";
  show(value, cell);
  value.classList.toggle("short", value.textContent.length <= SHORT);
  made_.prepend(value);
  return made_;
}

function doubts(cells, named) {
  const list = document.createElement("ul");
  list.className = "doubts";
  for (const cell of cells) {
    const line = document.createElement("li");
    line.id = `why-${cell.id}`;
    if (named) line.append(made("b", `field.${cell.name}`), " ");
    for (const code of cell.info.review_reasons) line.append(made("span", `reason.${code}`), " ");
    list.append(line);
  }
  return list;
}
