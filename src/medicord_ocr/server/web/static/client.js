// Talks with the service. The token is in this object's memory and nowhere else.

/** An answer that is not what was wished; `status` 0 when there was none. */
export class Problem extends Error {
  constructor(status, body = {}) {
    super(body.detail ?? body.code ?? String(status));
    this.status = status;
    this.code = body.code ?? "";
    this.detail = body.detail ?? "";
    this.page = body.page ?? null;
    this.request = body.request_id ?? null;
  }
}

const BASE = "api/v1";
/** Seconds between two questions, where the service does not say. */
const PAUSE = 2;
/** Questions in a row that may find no service, before we give up. */
const PATIENCE = 5;

export class Client {
  #token = null;

  get signedIn() {
    return this.#token !== null;
  }

  signOut() {
    this.#token = null;
  }

  async signIn(id, secret) {
    const answer = await this.#ask("auth/token", {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ client_id: id, client_secret: secret }),
    });
    this.#token = (await answer.json()).access_token;
  }

  /**
   * Read a document.
   * @param {File} file
   * @param {{hint: string, later: boolean, signal: AbortSignal}} how
   * @param {(progress: {done: number, total: number}) => void} tell  how far it is, while queued
   */
  async read(file, { hint, later, signal }, tell) {
    const form = new FormData();
    if (hint) form.append("language_hint", hint);
    form.append("pictures", "1");
    form.append("file", file, "document");
    const headers = later ? { Prefer: "respond-async" } : {};
    const answer = await this.#ask("ocr/extract", { method: "POST", body: form, headers, signal });
    const found = await answer.json();
    return answer.status === 202 ? this.#wait(found.task_id, pause(answer), signal, tell) : found;
  }

  /** A document as CSV or FHIR, as a Blob. */
  async convert(body, format) {
    const answer = await this.#ask(`ocr/convert?format=${format}`, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify(body),
    });
    return answer.blob();
  }

  async #wait(task, seconds, signal, tell) {
    tell({ done: 0, total: 0 });
    let misses = 0;
    for (;;) {
      await sleep(seconds, signal);
      try {
        const answer = await this.#ask(`ocr/status/${encodeURIComponent(task)}`, { signal });
        const { status, progress, result, error } = await answer.json();
        if (status === "completed") return result;
        if (status === "failed") throw new Problem(error?.code?.startsWith("engine.") ? 500 : 422, error ?? {});
        tell(status === "pending" ? { done: 0, total: 0 } : progress);
        [seconds, misses] = [pause(answer), 0];
      } catch (problem) {
        const passing = problem instanceof Problem && [0, 429, 503].includes(problem.status);
        misses += 1;
        if (!passing || misses > PATIENCE) throw problem;
        seconds = problem.after ?? PAUSE;
      }
    }
  }

  async #ask(path, options) {
    const headers = { Accept: "*/*", ...options.headers };
    if (this.#token !== null) headers.Authorization = `Bearer ${this.#token}`;
    let answer;
    try {
      answer = await fetch(`${BASE}/${path}`, {
        ...options, headers, cache: "no-store", credentials: "omit", redirect: "error",
      });
    } catch (error) {
      if (error.name === "AbortError") throw error;
      throw new Problem(0, { code: "network" });
    }
    if (answer.ok) return answer;
    const body = await answer.json().catch(() => ({}));
    throw Object.assign(new Problem(answer.status, body), { after: pause(answer) });
  }
}

function pause(answer) {
  const seconds = Number(answer.headers.get("Retry-After") ?? PAUSE);
  return Number.isFinite(seconds) ? Math.min(Math.max(seconds, 1), 60) : PAUSE;
}

function sleep(seconds, signal) {
  return new Promise((done, failed) => {
    const timer = setTimeout(done, 1000 * seconds);
    signal.addEventListener("abort", () => {
      clearTimeout(timer);
      failed(new DOMException("cancelled", "AbortError"));
    }, { once: true });
  });
}
