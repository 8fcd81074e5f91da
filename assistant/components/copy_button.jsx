// The button that copies a text and says so for two seconds.
import { useEffect, useState } from "react";
import { Icon } from "./icons.jsx";

const SAID_MS = 2_000;
const WORDS = { idle: "Copy", done: "Copied", failed: "Not copied" };

/** text(): what to copy, asked for at the click. */
export function CopyButton({ text, className = "quiet-button" }) {
  const [state, setState] = useState("idle");
  useEffect(() => {
    if (state === "idle") return undefined;
    const timer = setTimeout(() => setState("idle"), SAID_MS);
    return () => clearTimeout(timer);
  }, [state]);
  const copy = () =>
    navigator.clipboard.writeText(text()).then(
      () => setState("done"),
      () => setState("failed"),
    );
  return (
    <button type="button" className={className} onClick={copy} data-state={state}>
      <Icon name={state === "done" ? "check" : "copy"} size={14} />
      <span aria-live="polite">{WORDS[state]}</span>
    </button>
  );
}
