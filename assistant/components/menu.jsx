// A button that opens a menu: arrow keys move, Escape and a press outside close, choosing closes.
import { useEffect, useRef, useState } from "react";
import { Icon } from "./icons.jsx";

const STEPS = { ArrowDown: 1, ArrowUp: -1 };

/** caption: the button's words; without them it shows three dots and `label` names it. face: a
 * letter in a circle before them. */
export function Menu({ label, caption, face, look, testId, children }) {
  const [open, setOpen] = useState(false);
  const frame = useRef(null);
  const button = useRef(null);
  const close = (refocus) => {
    setOpen(false);
    if (refocus) button.current?.focus();
  };
  // A form that leaves the page must still stand in it when the browser sends it.
  const chosen = ({ target }) =>
    target.type === "submit" || target.closest("[aria-disabled=true]") || close(true);
  useEffect(() => {
    if (!open) return undefined;
    items(frame.current)[0]?.focus();
    const outside = (event) => frame.current?.contains(event.target) || close(false);
    document.addEventListener("pointerdown", outside);
    return () => document.removeEventListener("pointerdown", outside);
  }, [open]);
  return (
    <div className="menu-anchor" ref={frame} onKeyDown={(event) => open && steer(event, frame.current, close)}>
      <button
        type="button"
        className={look}
        ref={button}
        data-testid={testId}
        aria-label={caption ? `${label}: ${caption}` : label}
        aria-haspopup="menu"
        aria-expanded={open}
        onClick={() => setOpen(!open)}
      >
        {face ? <span className="avatar" aria-hidden="true">{face}</span> : null}
        {caption ? <span className="caption" dir="auto">{caption}</span> : null}
        <Icon name={caption ? "below" : "more"} size={caption ? 14 : 18} />
      </button>
      {open ? (
        <div className="menu" role="menu" aria-label={label} onClick={chosen}>
          {children}
        </div>
      ) : null}
    </div>
  );
}

function items(frame) {
  return [...(frame?.querySelectorAll('[role^="menuitem"]') ?? [])];
}

function steer(event, frame, close) {
  if (event.key === "Escape") {
    event.stopPropagation();
    close(true);
  } else if (event.key === "Tab") {
    close(false);
  } else if (STEPS[event.key]) {
    event.preventDefault();
    const all = items(frame);
    const next = all.indexOf(document.activeElement) + STEPS[event.key];
    all[(next + all.length) % all.length]?.focus();
  }
}
