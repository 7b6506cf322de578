// A field as it stands on the page, enlarged, with what each reader made of it.

import { drawn, frame } from "./pages.js";
import { reasons, show } from "./tables.js";
import { label, made, put } from "./texts.js";

/** Pixels of the page around the field, and the least height that is shown. */
const AROUND = 60;
const LEAST = 200;

export class Crop {
  #dialog = document.getElementById("crop");
  #heading = document.getElementById("crop-heading");
  #picture = document.getElementById("crop-picture");
  #facts = document.getElementById("crop-facts");
  #opener = null;

  constructor() {
    document.getElementById("crop-close").addEventListener("click", () => this.close());
    this.#dialog.addEventListener("click", ({ target }) => {
      if (target === this.#dialog) this.close(); // beside it
    });
    this.#dialog.addEventListener("close", () => {
      this.#picture.replaceChildren();
      this.#facts.replaceChildren();
      this.#opener?.focus();
      this.#opener = null;
    });
  }

  /** Open a field; the focus goes back to the opener when it is closed. */
  open(cell, document_, opener) {
    this.#opener = opener;
    put(this.#heading, `field.${cell.name}`);
    this.#picture.replaceChildren(part(cell, document_));
    this.#facts.replaceChildren(...facts(cell));
    this.#dialog.showModal();
  }

  /** Close it, if it is open. */
  close() {
    if (this.#dialog.open) this.#dialog.close();
  }
}

function part(cell, document_) {
  const page = cell.info?.source?.page;
  const picture = page ? document_.page_pictures?.[page - 1] : null;
  if (!page) return made("p", "crop_none", {}, "fine");
  if (!picture) return made("p", "no_picture", {}, "fine");
  const [width, height] = document_.page_sizes[page - 1];
  const { x, y, width: w, height: h } = around(frame(cell), width, height);
  const svg = drawn("svg", { viewBox: `${x} ${y} ${w} ${h}`, role: "img" });
  label(svg, "crop_picture", { page });
  const box = drawn("rect", { ...frame(cell), rx: 5, class: `box on${cell.doubt ? " doubt" : ""}` });
  svg.append(drawn("image", { href: picture, width, height }), box);
  return svg;
}

function around(box, width, height) {
  // On a small screen less of the page, so that it is larger than on the page all the same.
  const least = Math.min(640, Math.max(320, innerWidth / 2));
  const w = Math.min(width, Math.max(least, box.width + 2 * AROUND));
  const h = Math.min(height, Math.max(LEAST, box.height + 2 * AROUND));
  const within = (middle, size, most) => Math.min(Math.max(middle - size / 2, 0), most - size);
  return {
    x: within(box.x + box.width / 2, w, width),
    y: within(box.y + box.height / 2, h, height),
    width: w,
    height: h,
  };
}

function facts(cell) {
  const { info } = cell;
  const value = document.createElement("span");
  show(value, cell);
  const found = [["crop_value", value]];
  if (info) {
    if (info.raw !== null) found.push(["crop_raw", text(info.raw)]);
    if (info.readings.length) found.push(["crop_readings", readings(info.readings)]);
    if (info.source) found.push(["crop_confidence", text(`${Math.round(100 * info.confidence)} %`)]);
    if (info.review_reasons.length) found.push(["crop_reasons", reasons(info)]);
  }
  const shown = found.map(([key, content]) => fact(made("dt", key), content));
  return [...shown, ...cell.codes.map(code)].flat();
}

function fact(name, content) {
  const place = document.createElement("dd");
  place.append(content);
  return [name, place];
}

function code([system, value]) {
  const name = document.createElement("dt");
  name.textContent = system;
  return fact(name, text(value));
}

function text(words) {
  const element = document.createElement("span");
  element.className = "printed";
  element.textContent = words;
  return element;
}

function readings(all) {
  const list = document.createElement("ul");
  for (const { reader, text: words } of all) {
    const line = document.createElement("li");
    const name = document.createElement("span");
    name.className = "reader";
    name.textContent = reader;
    line.append(text(words), " ", name);
    list.append(line);
  }
  return list;
}
