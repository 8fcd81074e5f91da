// One line for one use of a tool; a click shows what went in and what came out.
import { useState } from "react";
import { Icon } from "./icons.jsx";

const ICONS = { done: "check", failed: "cross", denied: "cross" };
const STATUS = { writing: "running", denied: "failed" };

const SENTENCES = {
  writing: (call) => `Preparing ${nameOf(call)}…`,
  running: (call) => `Using ${nameOf(call)}…`,
  done: (call) => call.label || `Used ${nameOf(call)}`,
  failed: (call) => `Could not use ${nameOf(call)}`,
  denied: (call) => `Not allowed: ${nameOf(call)}`,
};

const nameOf = (call) => call.name.replaceAll("_", " ");

/** call: {name, label, state, arguments, result, seconds} */
export function ToolLine({ call }) {
  const [open, setOpen] = useState(false);
  return (
    <div
      className="tool"
      data-testid="message"
      data-role="tool"
      data-status={STATUS[call.state] ?? call.state}
      data-state={call.state}
    >
      <button
        type="button"
        className="tool-line"
        aria-expanded={open}
        onClick={() => setOpen(!open)}
      >
        <span className="tool-state">
          {ICONS[call.state] && <Icon name={ICONS[call.state]} size={10} />}
        </span>
        <span className="tool-words">{lineOf(call)}</span>
        <Icon name="chevron" size={14} />
      </button>
      {open && <Details call={call} />}
    </div>
  );
}

function lineOf(call) {
  const facts = [SENTENCES[call.state](call), gistOf(call.arguments), durationOf(call)];
  return facts.filter(Boolean).join(" · ");
}

/** The first plain value is what a reader recognises a call by. */
function gistOf(values) {
  const value = Object.values(values ?? {}).find((one) => typeof one !== "object");
  return value === undefined ? "" : String(value);
}

const durationOf = ({ seconds, state }) =>
  state === "done" && seconds != null ? `${seconds.toFixed(1)} s` : "";

function Details({ call }) {
  const asked = JSON.stringify(call.arguments ?? {}, null, 2);
  return (
    <dl className="tool-details">
      <dt>Asked</dt>
      <dd tabIndex={0}>{asked}</dd>
      <dt>Answered</dt>
      <dd tabIndex={0}>{call.result || "Nothing yet."}</dd>
    </dl>
  );
}
