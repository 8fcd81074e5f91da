// What a model thinks before it speaks: seen while it happens, folded away afterwards.
import { useState } from "react";
import { Icon } from "./icons.jsx";

/** active: the thinking goes on now. A click opens or closes it, and that choice then stands. */
export function Thinking({ text, active }) {
  const [chosen, setChosen] = useState(null);
  const open = Boolean(text) && (chosen ?? active);
  const words = active ? "Thinking…" : "Thought about it";
  return (
    <div className="thinking" data-active={active}>
      <button
        type="button"
        className="tool-line"
        aria-expanded={open}
        disabled={!text}
        onClick={() => setChosen(!open)}
      >
        <span className="tool-state">{!active && <Icon name="check" size={10} />}</span>
        <span className="tool-words">{words}</span>
        {text && <Icon name="chevron" size={14} />}
      </button>
      {open && (
        <div className="thoughts" tabIndex={0} dir="auto">
          {text}
        </div>
      )}
    </div>
  );
}
