// A setting out of a list. What is chosen stands there at once, and is saved at once.
import { useEffect, useState } from "react";

/** value: what is stored. answer: grows whenever a change was answered. options: {value, label,
 * off: not to be chosen}. */
export function ChoiceSetting({ id, value, answer, options, disabled, onChoose }) {
  const [chosen, choose] = useState(null);
  useEffect(() => choose(null), [answer]);
  const change = ({ target }) => {
    choose(target.value);
    onChoose?.(target.value);
  };
  return (
    <select
      id={id}
      className="field"
      value={chosen ?? value}
      disabled={disabled}
      aria-describedby={`${id}-hint`}
      onChange={change}
    >
      {options.map((option) => (
        <option key={option.value} value={option.value} disabled={!!option.off}>
          {option.label}
        </option>
      ))}
    </select>
  );
}
