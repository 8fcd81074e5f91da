// Scrolling that follows the newest words, and lets go at the first move upwards.

const AT_BOTTOM_PX = 80;
const JUMP_FROM_PX = 200;
const JUMP_UNTIL_PX = 60;
const MOVE_PX = 3;
const TOP_PX = 400;
const UPWARD_KEYS = new Set(["ArrowUp", "PageUp", "Home"]);

/** Owns the scrolling of the log, whose only child is the column of messages. */
export class Scroller {
  #log;
  #following = true;
  #top = 0;
  #height = 0;
  #size = "";
  #last = { message: null, height: 0 };
  #touchY = 0;
  #jump = { shown: false, fresh: false };
  #leaving = new AbortController();
  #sizes = new ResizeObserver(() => this.#onGrow());

  /**
   * onJump({shown, fresh}): whether "jump to latest" shows, and whether something new is below.
   * onTop(): the reader has left the end and comes near the beginning.
   */
  constructor(log, { onJump, onTop }) {
    this.#log = log;
    this.onJump = onJump;
    this.onTop = onTop;
    const options = { passive: true, signal: this.#leaving.signal };
    for (const [name, listener] of Object.entries(this.#moves()))
      log.addEventListener(name, listener, options);
    this.#sizes.observe(log);
    this.#sizes.observe(log.firstElementChild);
  }

  close() {
    this.#leaving.abort();
    this.#sizes.disconnect();
  }

  /** To the newest words, and from then on with them. */
  follow() {
    this.#following = true;
    this.#stick();
    this.#offer(false);
  }

  /** As follow(), but seen to move where motion is welcome. */
  glide() {
    const calm = matchMedia("(prefers-reduced-motion: reduce)").matches || document.hidden;
    this.#following = true;
    this.#log.scrollTo({ top: this.#log.scrollHeight, behavior: calm ? "instant" : "smooth" });
  }

  /** To one message, which takes the focus: from there one reads on. */
  show(message) {
    this.#release();
    message.scrollIntoView({ block: "start", behavior: "instant" });
    message.tabIndex = -1; // no stop on the way of the Tab key
    message.focus({ preventScroll: true });
    this.#remember();
    this.#offer(false);
  }

  /** What was drawn anew elsewhere stands again where it stood: so far from the window's edge. */
  hold(element, top) {
    this.#release();
    this.#log.scrollTop += element.getBoundingClientRect().top - top;
    this.#remember();
    this.#offer(false);
  }

  /** After something was put above: what is being read stays where it stands. */
  keepPlace() {
    if (this.#following) return this.#stick();
    this.#log.scrollTop = this.#top + this.#log.scrollHeight - this.#height;
    return this.#remember();
  }

  #moves() {
    return {
      scroll: () => this.#onScroll(),
      wheel: (event) => event.deltaY <= -MOVE_PX && this.#release(),
      keydown: (event) => isUpward(event) && this.#release(),
      touchstart: (event) => (this.#touchY = event.touches[0].clientY),
      touchmove: (event) =>
        event.touches[0].clientY - this.#touchY >= MOVE_PX && this.#release(),
    };
  }

  #release() {
    this.#following = false;
  }

  #onScroll() {
    const log = this.#log;
    const moved = log.scrollTop - this.#top;
    // Content that shrinks drags the position with it, and so does a window that changes its size;
    // that is nobody's wish to leave.
    const wished = log.scrollHeight >= this.#height && sizeOf(log) === this.#size;
    if (moved <= -MOVE_PX && wished) this.#release();
    if (moved > 0 && this.#below() <= AT_BOTTOM_PX) this.#following = true;
    this.#remember();
    this.#offer(false);
    if (!this.#following && log.scrollTop < TOP_PX) this.onTop();
  }

  #onGrow() {
    const { message, height } = this.#end();
    const grown = message !== this.#last.message || height > this.#last.height;
    if (this.#following) this.#stick();
    else this.#remember();
    this.#offer(grown);
  }

  #below() {
    if (isVacant(this.#log)) return 0;
    return this.#log.scrollHeight - this.#log.clientHeight - this.#log.scrollTop;
  }

  #stick() {
    this.#log.scrollTop = isVacant(this.#log) ? 0 : this.#log.scrollHeight;
    this.#remember();
  }

  #remember() {
    this.#top = this.#log.scrollTop;
    this.#height = this.#log.scrollHeight;
    this.#size = sizeOf(this.#log);
    this.#last = this.#end();
  }

  /** The last message and its height: only what grows there is new. */
  #end() {
    const message = this.#log.firstElementChild.lastElementChild;
    return { message, height: message?.offsetHeight ?? 0 };
  }

  /** The button comes late and goes early, so that it does not flicker at one edge. */
  #offer(grown) {
    const { shown: was, fresh: wasFresh } = this.#jump;
    const shown = this.#below() > (was ? JUMP_UNTIL_PX : JUMP_FROM_PX);
    const fresh = shown && (grown || wasFresh);
    if (shown === was && fresh === wasFresh) return;
    this.#jump = { shown, fresh };
    this.onJump(this.#jump);
  }
}

/** Nothing was said yet: what stands there instead is read from its beginning. */
const isVacant = (log) => log.querySelector("article") === null;
const sizeOf = (log) => `${log.clientWidth} ${log.clientHeight}`;
const isUpward = (event) => UPWARD_KEYS.has(event.key) || (event.key === " " && event.shiftKey);
