// A title being changed: Enter or leaving the field keeps it, Escape does not.
import { useRef } from "react";

export function RenameField({ value, onSave, onCancel }) {
  const settled = useRef(false);
  const settle = (act) => {
    if (settled.current) return;
    settled.current = true;
    act();
  };
  const keep = (event) => {
    const title = event.target.value.trim();
    settle(() => (title && title !== value ? onSave?.(title) : onCancel?.()));
  };
  const key = (event) => {
    if (event.nativeEvent.isComposing) return;
    if (event.key === "Enter") keep(event);
    if (event.key === "Escape") {
      event.stopPropagation();
      settle(() => onCancel?.());
    }
  };
  return (
    <input
      className="field"
      aria-label="Title of the conversation"
      defaultValue={value}
      maxLength={120}
      autoFocus
      onFocus={(event) => event.target.select()}
      onBlur={keep}
      onKeyDown={key}
    />
  );
}
