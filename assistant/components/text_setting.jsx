// A setting of one's own words. Leaving the field saves it, so that nothing is lost on the way out.
import { useEffect, useRef, useState } from "react";
import { counted } from "./dates.js";

/**
 * value: what is stored. answer: a number that grows whenever a change was answered. most: how many
 * characters fit. lines: more than one makes it tall, with a button and a count. onSave(text).
 */
export function TextSetting({ id, value, answer, most, lines = 1, disabled, placeholder, onSave }) {
  const [draft, write] = useState(null);
  const asked = useRef(null);
  const text = draft ?? value;
  useEffect(() => {
    const taken = asked.current;
    write((was) => (was === taken ? null : was));
  }, [value]);
  useEffect(() => {
    asked.current = null;
  }, [answer]);
  const tooLong = [...text].length > most;
  const save = () => {
    if (text.trim() === value) write(null);
    if (text.trim() === value || text === asked.current || tooLong) return;
    asked.current = text;
    onSave?.(text);
  };
  const field = {
    id,
    disabled,
    placeholder,
    className: "field",
    dir: "auto",
    value: text,
    "aria-describedby": `${id}-hint`,
    "aria-invalid": tooLong || undefined,
    onChange: (event) => write(event.target.value),
    onBlur: save,
  };
  if (lines > 1) {
    return (
      <div className="text-setting">
        <textarea {...field} rows={lines} />
        <Foot count={[...text].length} {...{ most, tooLong, changed: text !== value, save }} />
      </div>
    );
  }
  return <input {...field} maxLength={most} onKeyDown={(event) => steer(event, save, () => write(null))} />;
}

/** Enter saves, Escape takes back what was typed. */
function steer(event, save, revert) {
  if (event.nativeEvent.isComposing) return;
  if (event.key === "Enter") save();
  if (event.key === "Escape") revert();
}

function Foot({ count, most, tooLong, changed, save }) {
  return (
    <div className="foot">
      <span className={tooLong ? "count over" : "count"}>
        {counted(count)} of {counted(most)} characters
        {tooLong ? ": shorten it to save it" : ""}
      </span>
      <button type="button" className="button" disabled={!changed || tooLong} onClick={save}>
        Save
      </button>
    </div>
  );
}
