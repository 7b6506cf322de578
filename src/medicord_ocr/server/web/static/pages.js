// The pictures of the pages, with a box for each field on them.

import { made, label } from "./texts.js";

const SVG = "http://www.w3.org/2000/svg";
/** Pixels of the page around a box, so that it does not cut into letters. */
const AIR = 5;

/** A new SVG element with attributes. */
export function drawn(tag, attributes) {
  const element = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  return element;
}

/** The frame of a cell's box, in pixels of the upright page. */
export function frame({ info }) {
  const [x0, y0, x1, y1] = info.source.box;
  return { x: x0 - AIR, y: y0 - AIR, width: x1 - x0 + 2 * AIR, height: y1 - y0 + 2 * AIR };
}

export class Pages {
  #pane;
  #boxes = new Map();

  /**
   * @param {HTMLElement} pane  that scrolls
   * @param {(id: string) => void} over  a box is pointed at
   * @param {(id: string) => void} chosen  a box is clicked
   */
  constructor(pane, over, chosen) {
    this.#pane = pane;
    pane.addEventListener("pointerover", ({ target }) => over(target.dataset?.id ?? null));
    pane.addEventListener("pointerleave", () => over(null));
    pane.addEventListener("click", ({ target }) => {
      if (target.dataset?.id) chosen(target.dataset.id);
    });
  }

  /** Show the pages of a document, and the boxes of cells. */
  show(document_, cells) {
    this.clear();
    document_.page_sizes.forEach(([width, height], index) => {
      const own = cells.filter(({ info }) => info?.source?.page === index + 1);
      this.#pane.append(this.#page(index + 1, width, height, document_.page_pictures?.[index], own));
    });
    this.#pane.scrollTop = 0;
  }

  /** Show nothing. */
  clear() {
    this.#boxes.clear();
    this.#pane.replaceChildren();
  }

  /** Mark the box of a cell, and only that; scroll to it if that is wished. */
  mark(id, scroll) {
    for (const box of this.#boxes.values()) box.classList.remove("on");
    const box = this.#boxes.get(id);
    if (!box) return;
    box.classList.add("on");
    if (scroll) this.#reveal(box);
  }

  #page(number, width, height, picture, cells) {
    const figure = document.createElement("figure");
    const svg = drawn("svg", { viewBox: `0 0 ${width} ${height}`, role: "img" });
    label(svg, "page", { page: number });
    svg.append(drawn("rect", { class: "sheet", width, height }));
    if (picture) svg.append(drawn("image", { href: picture, width, height }));
    for (const cell of [...cells].sort((a, b) => area(b) - area(a))) {
      const kind = `box${cell.doubt ? " doubt" : ""}${cell.within ? " within" : ""}`;
      const box = drawn("rect", { ...frame(cell), rx: AIR, class: kind, "data-id": cell.id });
      this.#boxes.set(cell.id, box);
      svg.append(box);
    }
    figure.append(svg);
    if (!picture) figure.append(made("p", "no_picture", {}, "fine"));
    figure.append(made("figcaption", "page", { page: number }));
    return figure;
  }

  #reveal(box) {
    const [own, pane] = [box.getBoundingClientRect(), this.#pane.getBoundingClientRect()];
    if (own.top >= pane.top + 20 && own.bottom <= pane.bottom - 20) return;
    const middle = own.top - pane.top - (pane.height - own.height) / 2;
    const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
    const top = this.#pane.scrollTop + middle;
    this.#pane.scrollTo({ top, behavior: still ? "auto" : "smooth" });
  }
}

function area(cell) {
  const { width, height } = frame(cell);
  return width * height;
}
