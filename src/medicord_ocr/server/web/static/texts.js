// What the page says, in two languages. An element says its text by key, so that a switch of the
// language finds it again; text of documents never goes through here.

const LANGUAGES = ["en", "km"];
const KEPT = "medicord-ocr.language";
const texts = {};
let language = "en";

/** Read both languages, and speak the one that was chosen here before, else the browser's. */
export async function load() {
  const read = async (name) => (await fetch(`static/${name}.json`)).json();
  const found = await Promise.all(LANGUAGES.map(read));
  LANGUAGES.forEach((name, index) => { texts[name] = found[index]; });
  const wished = kept() ?? navigator.language.slice(0, 2);
  speak(LANGUAGES.includes(wished) ? wished : "en");
}

/** Speak a language from now on. */
function speak(name) {
  language = name;
  document.documentElement.lang = name;
  for (const button of document.querySelectorAll("[data-language]")) {
    button.setAttribute("aria-pressed", String(button.dataset.language === name));
  }
  fill(document);
}

/** Speak a language, and remember it in this browser. */
export function choose(name) {
  speak(name);
  try {
    localStorage.setItem(KEPT, name);
  } catch {
    // A browser that keeps nothing asks again the next time.
  }
}

function kept() {
  try {
    return localStorage.getItem(KEPT);
  } catch {
    return null;
  }
}

/** Whether there is a text for a key. */
export function has(key) {
  return Object.hasOwn(texts[language] ?? {}, key);
}

/** The text of a key; of a code that is not known, its words. */
function say(key, values = {}) {
  const text = texts[language]?.[key] ?? key.slice(key.indexOf(".") + 1).replaceAll("_", " ");
  return text.replace(/\{(\w+)\}/g, (whole, name) => String(values[name] ?? whole));
}

/** Let an element say a text, also after the language is switched. */
export function put(element, key, values = {}) {
  element.dataset.text = key;
  element.dataset.values = JSON.stringify(values);
  element.textContent = say(key, values);
  return element;
}

/** Let an element say nothing. */
export function hush(element) {
  delete element.dataset.text;
  delete element.dataset.values;
  element.textContent = "";
}

/** A new element that says a text. */
export function made(tag, key, values = {}, name = "") {
  const element = document.createElement(tag);
  if (name) element.className = name;
  return put(element, key, values);
}

/** Give an element a label for those who do not see it. */
export function label(element, key, values = {}) {
  element.dataset.label = key;
  element.dataset.values = JSON.stringify(values);
  element.setAttribute("aria-label", say(key, values));
  return element;
}

function fill(root) {
  for (const element of root.querySelectorAll("[data-text], [data-label]")) {
    const values = JSON.parse(element.dataset.values ?? "{}");
    const { text, label: name } = element.dataset;
    if (text) element.textContent = say(text, values);
    if (name) element.setAttribute("aria-label", say(name, values));
  }
}
