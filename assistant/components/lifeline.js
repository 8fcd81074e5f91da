// A stream of events that comes back after every cut, and goes on where it was.
import { isFinal } from "./api.js";
import { readEvents } from "./sse.js";

const QUIET_MS = 25_000; // the server beats every 10 s: two lost beats mean a dead line
const FIRST_WAIT_MS = 200;
const LAST_WAIT_MS = 5_000;

/** Connects at once, and again after each cut, until it is closed or refused. */
export class Lifeline {
  #url;
  #on;
  #closed = false;
  #open = false;
  #attempt = 0;
  #watchdog = 0;
  #abort = new AbortController();
  #resume = () => {};

  /**
   * on.read: what reads a response, `readEvents` unless it is said.
   * on.after(): the event id to go on from, "" for all. on.event({id, type, data}).
   * on.open() and on.cut(): the line is there, the line is lost for now.
   * on.refused(status): it will not come back.
   */
  constructor(url, on) {
    this.#url = url;
    this.#on = { read: readEvents, ...on };
    this.#stay();
  }

  close() {
    this.#closed = true;
    this.wake();
  }

  /** Reconnects now: for lines that may be dead without knowing it. */
  wake() {
    this.#attempt = 0;
    this.#abort.abort();
    this.#resume();
  }

  async #stay() {
    while (!this.#closed) {
      const refused = await this.#once();
      if (this.#closed) return;
      if (refused) return this.#on.refused(refused);
      this.#on.cut();
      await this.#pause();
    }
  }

  /** One connection, to its end. Returns the status of a lasting refusal, or 0. */
  async #once() {
    this.#abort = new AbortController();
    this.#watch();
    try {
      await this.#on.read(this.#url, {
        after: this.#on.after?.() ?? "",
        signal: this.#abort.signal,
        onBytes: () => this.#hear(),
        onEvent: this.#on.event,
      });
    } catch (error) {
      // What has no status is a cut (the network, or our own abort), and cuts are mended.
      if (isFinal(error.status)) return error.status;
    } finally {
      clearTimeout(this.#watchdog);
      this.#open = false;
    }
    return 0;
  }

  #hear() {
    if (!this.#open) this.#on.open();
    this.#open = true;
    this.#attempt = 0;
    this.#watch();
  }

  #watch() {
    clearTimeout(this.#watchdog);
    this.#watchdog = setTimeout(() => this.#abort.abort(), QUIET_MS);
  }

  /** Waits longer each time, with jitter so that a thousand tabs do not come back as one. */
  #pause() {
    const wait = Math.min(LAST_WAIT_MS, FIRST_WAIT_MS * 2 ** this.#attempt++);
    return new Promise((resolve) => {
      this.#resume = resolve;
      setTimeout(resolve, wait * (0.5 + Math.random() / 2));
    });
  }
}
