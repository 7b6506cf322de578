// Taking a result along: by the clipboard or as a file.

/** The document without its pictures, as indented JSON. */
export function json(found) {
  return JSON.stringify(plain(found), null, 2);
}

/** What the service converts: the document, with the name and the hash of its file. */
export async function conversion(found, file) {
  return { document: plain(found), source: file.name.slice(-255), sha256: await sha256(file) };
}

/** Let the browser save a file. */
export function save(content, type, name) {
  const blob = content instanceof Blob ? content : new Blob([content], { type });
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 1000);
}

/** The name of a file with another ending. */
export function named(file, ending) {
  return `${file.name.replace(/\.[^.]*$/, "") || "document"}.${ending}`;
}

function plain({ page_pictures: _pictures, ...rest }) {
  return rest;
}

/** Null where the page came by plain HTTP from another machine: browsers hash nothing there. */
async function sha256(file) {
  if (!globalThis.crypto?.subtle) return null;
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", await file.arrayBuffer()));
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
