// What a browser gives to a page's scripts, as far as they need it here. To be imported first.

const page = { base: "http://localhost" };

/** Storage with room for so many characters. */
export function storage(room = Infinity) {
  const size = (kept) => Object.entries(kept).join("").length;
  const methods = {
    getItem: (name) => (Object.hasOwn(kept, name) ? kept[name] : null),
    removeItem: (name) => void delete kept[name],
    setItem(name, text) {
      if (size({ ...kept, [name]: text }) > room) throw new DOMException("", "QuotaExceededError");
      kept[name] = text;
    },
  };
  const kept = Object.create(methods);
  return kept;
}

export const ALICE = "user=alice; theme=dark";

globalThis.window = globalThis;
globalThis.document = Object.assign(new EventTarget(), { hidden: false, cookie: ALICE });
globalThis.localStorage = storage();
const events = new EventTarget();
for (const name of ["addEventListener", "removeEventListener", "dispatchEvent"])
  globalThis[name] = events[name].bind(events);

const ask = globalThis.fetch;
globalThis.fetch = (url, options) => ask(new URL(url, page.base), options);

/** As far as an upload needs it: all of the body is said to have been sent at once. */
globalThis.XMLHttpRequest = class {
  upload = {};
  headers = {};
  stop = new AbortController();

  open(method, url) {
    Object.assign(this, { method, url });
  }

  setRequestHeader(name, value) {
    this.headers[name] = value;
  }

  getResponseHeader(name) {
    return this.answer?.headers.get(name) ?? null;
  }

  abort() {
    this.stop.abort();
  }

  async send(body) {
    const { method, headers, url } = this;
    this.upload.onprogress({ loaded: body.size, total: body.size });
    try {
      this.answer = await fetch(url, { method, headers, body, signal: this.stop.signal });
      Object.assign(this, { status: this.answer.status, responseText: await this.answer.text() });
      this.onload();
    } catch {
      Object.assign(this, { status: 0, responseText: "" });
      this.onerror();
    }
  }
};

/** Relative addresses lead here. */
export const serveFrom = (base) => (page.base = base);

/** The tab is hidden, or seen again. */
export function look(hidden) {
  document.hidden = hidden;
  document.dispatchEvent(new Event("visibilitychange"));
}

const later = globalThis.setTimeout; // also while a test has replaced it

/** Resolves when it holds. A test that waits in vain is ended by the runner. */
export async function until(holds) {
  while (!holds()) await new Promise((resolve) => later(resolve, 5));
}
