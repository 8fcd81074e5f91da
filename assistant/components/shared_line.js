// One stream for all tabs of a browser. The tab that holds its lock reads it, and passes on what it
// hears.
import { Lifeline } from "./lifeline.js";
import { takePlace } from "./places.js";
import { user } from "./user_mark.js";

const BEAT_MS = 10_000;
const SILENT_MS = 40_000; // longer than any wait of a reader: its page hangs
const ANSWER_MS = 10_000; // a reader that is asked answers, unless its page hangs

/** The line to a stream: shared, or one's own in browsers without locks and on plain http. */
export const lineTo = (url, on, limited = false) =>
  globalThis.navigator.locks ? new SharedLine(url, on, limited) : new Lifeline(url, on);

/** Like a Lifeline, which one of the tabs has open for all. */
export class SharedLine {
  #url;
  #on;
  #limited;
  #name;
  #channel;
  #tab = crypto.randomUUID();
  #reads = false;
  #line = null;
  #open = false;
  #closed = false;
  #waiting = new AbortController();
  #leaving = new AbortController();
  #watchdog = 0;

  /**
   * on: as for a Lifeline, and on.soFar(): the event that brings a tab up to date that joins.
   * limited: it is read only while there is a place.
   */
  constructor(url, on, limited = false) {
    this.#url = url;
    this.#on = on;
    this.#limited = limited;
    this.#name = `assistant:${user}:${url}`;
    this.#channel = new BroadcastChannel(this.#name);
    this.#channel.onmessage = ({ data }) => this.#hear(data);
    this.ask();
    this.#wait();
  }

  close() {
    this.#closed = true;
    this.#waiting.abort();
    this.#leave();
    this.#channel.close();
  }

  wake() {
    if (this.#reads) this.#line?.wake();
    else this.ask();
  }

  /** Something was missed, or nothing heard yet: the reader is asked for all so far. */
  ask() {
    if (this.#reads) return;
    this.#tell({ kind: "hello", from: this.#tab });
    this.#watch(ANSWER_MS);
  }

  /** Waits for the lock. Who has it reads, until the line is closed or another tab takes over. */
  async #wait(how = { signal: this.#waiting.signal }) {
    await navigator.locks.request(this.#name, how, () => this.#read()).catch((error) => {
      if (error.name === "AbortError") return undefined;
      this.#limited = false; // locks are forbidden here
      return this.#read();
    });
    if (this.#closed || how.signal?.aborted) return;
    this.#leave();
    this.#watch(SILENT_MS);
    this.#wait();
  }

  /** Reads until it leaves. */
  async #read() {
    if (this.#closed) return;
    clearTimeout(this.#watchdog);
    this.#reads = true;
    this.#open = false;
    this.#leaving = new AbortController();
    const { signal } = this.#leaving;
    const left = new Promise((resolve) => signal.addEventListener("abort", resolve));
    const pulse = setInterval(() => this.#tell({ kind: "beat" }), BEAT_MS);
    const giveBack = this.#limited && (await Promise.race([takePlace(signal), left]));
    if (!signal.aborted) this.#line = this.#connect();
    await left;
    clearInterval(pulse);
    if (giveBack instanceof Function) giveBack();
  }

  #connect() {
    return new Lifeline(this.#url, {
      ...(this.#on.read && { read: this.#on.read }),
      after: this.#on.after,
      event: (event) => this.#pass({ kind: "event", event }),
      open: () => this.#pass({ kind: "open" }),
      cut: () => this.#pass({ kind: "cut" }),
      refused: (status) => {
        this.close();
        this.#on.refused(status);
      },
    });
  }

  #leave() {
    clearTimeout(this.#watchdog);
    this.#reads = false;
    this.#line?.close();
    this.#line = null;
    this.#leaving.abort();
  }

  #tell(word) {
    if (!this.#closed) this.#channel.postMessage(word);
  }

  #pass(word) {
    this.#tell(word);
    this.#take(word);
  }

  #hear(word) {
    if (word.kind === "hello") return this.#reads && this.#welcome(word.from);
    if (this.#reads || this.#closed) return undefined;
    this.#watch(SILENT_MS);
    if (word.to && word.to !== this.#tab) return undefined;
    // Who asked for what was missed knows already that the line is open.
    if (!word.to || word.kind !== "open" || !this.#open) this.#take(word);
  }

  #take({ kind, event }) {
    if (kind === "beat") return;
    if (kind !== "event") this.#open = kind === "open";
    this.#on[kind](event);
  }

  #welcome(to) {
    this.#tell({ kind: this.#open ? "open" : "beat", to });
    const event = this.#on.soFar?.();
    if (event) this.#tell({ kind: "event", event, to });
  }

  /** Takes over from a reader that has not been heard for so long. */
  #watch(ms) {
    clearTimeout(this.#watchdog);
    this.#watchdog = setTimeout(() => {
      this.#waiting.abort();
      this.#waiting = new AbortController();
      this.#wait({ steal: true });
    }, ms);
  }
}
