// The user's words while they are edited, in the place of their bubble.
import { useLayoutEffect, useRef } from "react";
import * as anew from "./asked_anew.js";
import { counted } from "./dates.js";
import { composition } from "./keyboard.js";

const MIRRORED = 4_000; // more than the field's greatest height can show
const BROKEN = "This text holds half a symbol, which is no text. Remove it, and it can be sent.";
const KEPT = "The version before is kept.";

/** bare: no file stands beside the words. focused: it was opened just now, here. */
export function EditField({ message, wish, bare, focused, act, onCancel }) {
  const { words } = wish;
  const field = useRef(null);
  const busy = Boolean(wish.key);
  const stays = busy && !wish.late;
  const over = words.length - act.maxLength();
  const broken = words.isWellFormed?.() === false;
  const ready = !busy && over <= 0 && !broken && (words.trim() !== "" || !bare);
  useLayoutEffect(() => {
    if (!focused) return;
    field.current.focus();
    field.current.setSelectionRange(words.length, words.length);
  }, []);
  const submit = (event) => {
    event?.preventDefault();
    if (ready) act.save(message, words);
  };
  return (
    <form className="editing" onSubmit={submit} data-testid="editing">
      <div className="grow" data-copy={words.slice(0, MIRRORED)}>
        <textarea
          ref={field}
          aria-label="Your message"
          rows={1}
          dir="auto"
          value={words}
          readOnly={busy}
          onChange={(event) => anew.write(message, event.target.value)}
          {...useKeys(submit, () => stays || onCancel())}
        />
      </div>
      <div className="editing-foot">
        <p>{over > 0 ? tooLong(over) : broken ? BROKEN : KEPT}</p>
        <button
          type="button"
          className="button"
          onClick={() => stays || onCancel()}
          aria-disabled={stays}
        >
          Cancel
        </button>
        <button type="submit" className="button primary" aria-disabled={!ready}>
          {busy ? "Sending…" : "Send"}
        </button>
      </div>
    </form>
  );
}

const tooLong = (over) =>
  `This is ${counted(over)} characters too long. Shorten it, and it can be sent.`;

/** Ctrl or Cmd with Enter sends, Escape goes back; Enter alone is a new line. */
function useKeys(submit, cancel) {
  const composing = useRef(null);
  composing.current ??= composition();
  const onKeyDown = (event) => {
    if (composing.current.owns(event)) return;
    const sends = event.key === "Enter" && (event.ctrlKey || event.metaKey);
    if (!sends && event.key !== "Escape") return;
    event.preventDefault();
    event.stopPropagation();
    if (sends) submit();
    else cancel();
  };
  const { start, end } = composing.current;
  return { onKeyDown, onCompositionStart: start, onCompositionEnd: end };
}
