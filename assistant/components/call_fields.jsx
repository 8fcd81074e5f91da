// All arguments of a call that waits: to be read, and to be changed before it is allowed.
import { useEffect, useId, useRef } from "react";
import { formOf, isLong, isTall, labelOf, written } from "./call_fields.js";
import { clockOf } from "./dates.js";
import { Revealed } from "./revealed.jsx";

/** decision: see use_decision.js. isOpen: it can still be changed. */
export function CallFields({ call, decision, isOpen }) {
  const entries = Object.entries(call.arguments ?? {});
  const editing = isOpen && decision.wish.editing;
  const frame = useRef(null);
  const before = useRef(editing);
  useEffect(() => {
    if (editing && !before.current) frame.current.querySelector("input, textarea")?.focus();
    before.current = editing;
  }, [editing]);
  if (entries.length === 0) return null;
  const Row = editing ? EditRow : ReadRow;
  const List = editing ? "div" : "dl";
  return (
    <List className="facts arguments" data-testid="arguments" ref={frame}>
      {entries.map(([name, value]) => (
        <Row key={name} name={name} value={value} decision={decision} />
      ))}
    </List>
  );
}

function ReadRow({ name, value }) {
  const text = clockOf(value) || written(value);
  const look = ["said-value", formOf(value) === "json" && "json", isTall(value) && "tall"];
  const scrolls = isTall(value) && { tabIndex: 0, role: "group", "aria-label": labelOf(name) };
  return (
    <div className="fact">
      <dt>{labelOf(name)}</dt>
      <dd>
        <div className={look.filter(Boolean).join(" ")} dir="auto" {...scrolls}>
          {text ? <Revealed text={text} /> : <span className="empty-value">empty</span>}
        </div>
      </dd>
    </div>
  );
}

const NOTES = { list: "One a line.", json: "As JSON." };

function EditRow({ name, value, decision }) {
  const { wish, change, faults } = decision;
  const id = useId();
  const note = faults[name] ?? NOTES[formOf(value)];
  const Field = isLong(value) ? "textarea" : "input";
  const type = clockOf(value) ? "datetime-local" : undefined;
  return (
    <div className="fact">
      <label htmlFor={id}>{labelOf(name)}</label>
      <div>
        <Field
          id={id}
          type={type}
          className={`field ${formOf(value)}`}
          data-field={name}
          dir="auto"
          autoComplete="off"
          aria-invalid={name in faults}
          aria-describedby={note ? `${id}-note` : undefined}
          value={wish.typed[name] ?? written(value)}
          onChange={(event) => change({ typed: { ...wish.typed, [name]: event.target.value } })}
        />
        {note && (
          <small id={`${id}-note`} className={name in faults ? "fault" : undefined}>
            {note}
          </small>
        )}
      </div>
    </div>
  );
}
