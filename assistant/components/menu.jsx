// A button that opens a menu: arrow keys move, Escape and a press outside close, choosing closes.
import { useEffect, useRef, useState } from "react";
import { Icon } from "./icons.jsx";

const STEPS = { ArrowDown: 1, ArrowUp: -1 };

/** caption: the button's words; without them it shows three dots, or `sign`, and `label` names it.
 * face: a letter in a circle before them. floats: above everything, for where much is cut off. */
export function Menu({ label, caption, face, look, testId, sign = "more", floats, children }) {
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
    // It stands still above what moves.
    if (floats) document.addEventListener("scroll", outside, true);
    return () => {
      document.removeEventListener("pointerdown", outside);
      document.removeEventListener("scroll", outside, true);
    };
  }, [open]);
  const place = floats ? (menu) => menu && float(menu, button.current) : undefined;
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
        <Icon name={caption ? "below" : sign} size={caption || floats ? 14 : 18} />
      </button>
      {open ? (
        <div
          className="menu"
          role="menu"
          aria-label={label}
          onClick={chosen}
          ref={place}
          popover={floats ? "manual" : undefined}
        >
          {children}
        </div>
      ) : null}
    </div>
  );
}

const EDGE_PX = 8;

/** Puts a menu below its button, or above it where there is more room. */
function float(menu, button) {
  if (menu.matches(":popover-open")) return;
  menu.showPopover();
  const { left, top, bottom } = button.getBoundingClientRect();
  const { offsetWidth: width, offsetHeight: height } = menu;
  const isBelow = bottom + height + 2 * EDGE_PX <= innerHeight;
  const y = isBelow ? bottom + EDGE_PX : Math.max(EDGE_PX, top - height - EDGE_PX);
  const x = Math.max(EDGE_PX, Math.min(left, innerWidth - width - EDGE_PX));
  Object.assign(menu.style, { left: `${x}px`, top: `${y}px` });
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
