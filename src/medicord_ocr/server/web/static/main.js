// The page: sign in, choose a document, wait, look at what was read.

import { Client, Problem } from "./client.js";
import { conversion, json, named, save } from "./export.js";
import { Result } from "./result.js";
import { choose, has, hush, load, put } from "./texts.js";

const at = (id) => document.getElementById(id);
const VIEWS = ["sign-in", "send", "work", "result"];
/** Codes to which the service has nothing to add for people. */
const ENOUGH = new Set(["input.encrypted", "request.timeout", "service.busy", "service.not_ready"]);
const client = new Client();
const result = new Result();
/** The file chosen, what was read of it, the work under way, and the problem that is shown. */
let file = null;
let found = null;
let work = null;
let shown = null;

function view(name) {
  for (const id of VIEWS) at(id).hidden = id !== name;
  at("sign-out").hidden = !client.signedIn && !file;
  document.body.classList.toggle("wide", name === "result");
  at(`${name}-heading`).focus();
}

function announce(key, values = {}) {
  if (key) put(at("said"), key, values);
  else hush(at("said"));
}

// ---------------------------------------------------------------- problems

function explain(problem) {
  shown = problem;
  at("problem").hidden = false;
  word(problem);
  const passing = [0, 408, 429, 500, 503].includes(problem.status);
  at("send-later").hidden = !(problem.status === 504 && file);
  at("try-again").hidden = !(passing && file && client.signedIn);
  at("problem").querySelector("h2").focus();
}

/** Say it in the language spoken; below it what the service, in English, knows of the case. */
function word({ status, code, detail, page, request }) {
  const key = reason(status, code);
  hush(at("problem-text"));
  if (key || !detail) put(at("problem-text"), key ?? "error.unknown");
  else at("problem-text").textContent = detail;
  const known = !key || status === 401 || ENOUGH.has(code);
  at("problem-detail").textContent = known ? "" : detail;
  if (page) put(at("problem-page"), "problem_page", { page });
  else hush(at("problem-page"));
  if (request) put(at("problem-request"), "problem_request", { id: request });
  else hush(at("problem-request"));
}

function reason(status, code) {
  if (status === 401) return code === "session" ? "error.session" : "error.refused";
  return has(`error.${code}`) ? `error.${code}` : null;
}

function excuse() {
  shown = null;
  at("problem").hidden = true;
}

/** Show what went wrong. A session that ended is renewed by signing in; nothing is lost by it. */
function fail(error) {
  if (error.name === "AbortError") return;
  const problem = error instanceof Problem ? error : new Problem(500, { code: "unknown" });
  if (problem.status === 401 && client.signedIn) problem.code = "session";
  if (problem.status === 401) {
    client.signOut();
    view("sign-in");
  }
  explain(problem);
}

// ---------------------------------------------------------------- signing in and out

async function signIn(event) {
  event.preventDefault();
  excuse();
  announce("signing_in");
  const secret = at("client-secret");
  try {
    await client.signIn(at("client-id").value.trim(), secret.value);
    view(found ? "result" : "send");
  } catch (error) {
    fail(error);
  } finally {
    secret.value = "";
    announce(null);
  }
}

function signOut() {
  work?.abort();
  client.signOut();
  excuse();
  forget();
  view("sign-in");
  announce("signed_out");
}

// ---------------------------------------------------------------- a document

function forget() {
  [file, found] = [null, null];
  at("send-form").reset();
  hush(at("chosen"));
  at("work-name").textContent = "";
  result.clear();
}

function take(files) {
  excuse();
  if (files.length > 1) {
    explain(new Problem(422, { code: "one_file" }));
    return;
  }
  file = files[0] ?? null;
  if (file) put(at("chosen"), "chosen", { name: file.name });
  else hush(at("chosen"));
}

async function read(later) {
  excuse();
  if (!file) {
    explain(new Problem(422, { code: "no_file" }));
    return;
  }
  announce(null);
  const own = new AbortController();
  work = own;
  const how = { hint: at("hint").value, later, signal: own.signal };
  at("work-name").textContent = file.name;
  at("progress").removeAttribute("value");
  put(at("work-text"), "work_sending");
  view("work");
  try {
    found = await client.read(file, how, tell);
    result.show(found, file.name);
    view("result");
    announce(null);
  } catch (error) {
    if (client.signedIn) view("send");
    fail(error);
  } finally {
    if (work === own) work = null;
  }
}

function tell({ done, total }) {
  const progress = at("progress");
  if (total) {
    [progress.max, progress.value] = [total, done];
    put(at("work-text"), "work_pages", { done, total });
  } else {
    progress.removeAttribute("value");
    put(at("work-text"), "work_queued");
  }
}

function cancel() {
  work?.abort();
  announce("cancelled");
}

function another() {
  excuse();
  forget();
  announce(null);
  view("send");
}

// ---------------------------------------------------------------- taking it along

async function copy() {
  try {
    await navigator.clipboard.writeText(json(found));
    announce("copied");
  } catch {
    announce("not_copied");
  }
}

async function download(format) {
  excuse();
  if (format === "json") {
    save(json(found), "application/json", named(file, "json"));
    return;
  }
  try {
    const ending = format === "fhir" ? "fhir.json" : "csv";
    const content = await client.convert(await conversion(found, file), format);
    save(content, content.type, named(file, ending));
  } catch (error) {
    fail(error);
  }
}

// ---------------------------------------------------------------- dropping

function dropping() {
  const place = at("drop");
  const over = (event, is) => {
    event.preventDefault();
    place.classList.toggle("over", is && !at("send").hidden);
  };
  // On the whole window: a file that misses the place would else replace this page.
  window.addEventListener("dragover", (event) => over(event, true));
  window.addEventListener("dragleave", (event) => over(event, false));
  window.addEventListener("drop", (event) => {
    over(event, false);
    if (!at("send").hidden && event.dataTransfer.files.length) take(event.dataTransfer.files);
  });
}

function listen() {
  const click = (id, act) => at(id).addEventListener("click", act);
  at("sign-in-form").addEventListener("submit", signIn);
  at("send-form").addEventListener("submit", (event) => {
    event.preventDefault();
    read(false);
  });
  at("file").addEventListener("change", ({ target }) => {
    take([...target.files]);
    target.value = ""; // so that the same file can be chosen again
  });
  click("sign-out", signOut);
  click("cancel", cancel);
  click("another", another);
  click("try-again", () => read(false));
  click("send-later", () => read(true));
  click("copy-json", copy);
  for (const format of ["json", "csv", "fhir"]) click(`download-${format}`, () => download(format));
  for (const button of document.querySelectorAll("[data-language]")) {
    button.addEventListener("click", () => {
      choose(button.dataset.language);
      if (shown) word(shown);
    });
  }
  dropping();
}

await load();
listen();
