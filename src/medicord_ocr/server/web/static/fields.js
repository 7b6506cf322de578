// From a document to what is shown of it: groups of items, items of cells, one cell a field.

/** Always shown, null or not. */
const COLUMNS = {
  lab_results: ["test_name", "value", "unit", "reference_range", "abnormal"],
  prescriptions: ["medication", "dosage", "frequency", "duration"],
  imaging: ["modality", "body_part", "findings", "impression"],
  other: ["text"],
};
/** Shown where there is something. */
const MORE = {
  lab_results: ["section"],
  prescriptions: ["schedule", "quantity", "strength", "form", "route", "meal", "as_needed"],
  imaging: ["side", "technique", "indication"],
  other: [],
};
const HEADER = ["report_date", "facility", "doctor"];
/** Made of other fields of their row, or within one: their boxes are shown on demand. */
const WITHIN = new Set(["abnormal", "strength", "drug", "form", "schedule"]);

/**
 * One field. Its note, the key of a text, says which date or doctor it is; its aside is what the
 * page prints beside it, and its codes what it is elsewhere.
 * @typedef {{id: string, name: string, value: unknown, info: object | null, doubt: boolean,
 *   within: boolean, note: string | null, aside: string | null, codes: [string, string][]}} Cell
 */

/** All that is shown of a document: `{category, columns, items: [{cells, more}]}` a group. */
export function groups(document) {
  const found = [{ category: "header", columns: HEADER, items: [header(document)] }];
  for (const [category, columns] of Object.entries(COLUMNS)) {
    const items = document.categories[category].map((item, index) => ({
      cells: columns.map((name) => cell(category, index, name, item)),
      more: MORE[category].map((name) => cell(category, index, name, item)).filter(says),
    }));
    if (items.length) found.push({ category, columns, items });
  }
  return found;
}

/** The cells of groups, in order. */
export function cellsOf(all) {
  return all.flatMap(({ items }) => items.flatMap(({ cells, more }) => [...cells, ...more]));
}

/** Whether a cell holds something, or should. */
export function says({ value, doubt }) {
  return doubt || (value !== null && value !== undefined && value !== "");
}

/** A number with the digits that were printed, where they mean just that number. */
export function printed(value, info) {
  const raw = info?.raw?.trim() ?? "";
  const plain = /^[+-]?\d+([.,]\d+)?$/.test(raw);
  return plain && Number(raw.replace(",", ".")) === value ? raw : String(value);
}

function cell(category, index, name, item) {
  const info = item.fields[name] ?? null;
  const made = one(`${category}-${index}-${name}`, name, item[name] ?? null, info);
  if (name === "abnormal") made.aside = item.flag_printed;
  if (name === "test_name" && item.loinc) made.codes.push(["LOINC", item.loinc]);
  if (name === "unit" && item.ucum) made.codes.push(["UCUM", item.ucum]);
  return made;
}

function header(document) {
  const cells = HEADER.map((name) => {
    const info = document.header?.[name] ?? null;
    const value = info ? info.value : document[`possible_${name}`];
    const made = one(`header-0-${name}`, name, value, info);
    made.note = (info?.kind && `kind.${info.kind}`) || (info?.role && `role.${info.role}`) || null;
    return made;
  });
  return { cells, more: [] };
}

function one(id, name, value, info) {
  const doubt = info?.needs_review ?? false;
  return { id, name, value, info, doubt, within: WITHIN.has(name), note: null, aside: null, codes: [] };
}
