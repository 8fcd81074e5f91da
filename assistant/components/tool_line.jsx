// One line for one use of a tool; a click shows what went in and what came out.
import { useState } from "react";
import { Icon } from "./icons.jsx";
import { Revealed } from "./revealed.jsx";
import { Sources } from "./sources.jsx";

const ICONS = { done: "check", failed: "cross", denied: "cross" };
const STATUS = { writing: "running", denied: "failed" };

const SENTENCES = {
  waiting: (call) => `Waits for you: ${call.approval.sentence}`,
  writing: (call) => `Preparing ${nameOf(call)}…`,
  running: (call) => `Using ${nameOf(call)}…`,
  done: (call) => call.label || `Used ${nameOf(call)}`,
  failed: (call) => `Could not use ${nameOf(call)}`,
  denied: (call) => `Not allowed: ${nameOf(call)}`,
};

const nameOf = (call) => call.called || call.name.replaceAll("_", " ");

/**
 * call: {name, called, label, state, arguments, result, seconds, sources, untrusted, approval,
 * undone}
 */
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
        <span className={fateOf(call) ? "tool-words whole" : "tool-words"}>
          <Revealed text={lineOf(call)} />
        </span>
        {call.untrusted && (
          <span className="from-others" title="Others may have written what was read here">
            from others
          </span>
        )}
        <Icon name="chevron" size={14} />
      </button>
      {call.sources && <Sources sources={call.sources} />}
      {open && <Details call={call} />}
    </div>
  );
}

function lineOf(call) {
  const fate = fateOf(call);
  const facts = fate
    ? [call.approval.sentence, ...fate]
    : [SENTENCES[call.state](call), gistOf(call.arguments), durationOf(call), call.undone && "undone"];
  return facts.filter(Boolean).join(" · ");
}

const allowedBy = ({ rule }) => (rule ? "Allowed by a permission of yours" : "Allowed by you");

const FATES = {
  done: (card, call) => [allowedBy(card), card.undone ? "done, then undone" : "done", durationOf(call)],
  failed: (card, call) => [allowedBy(card), "it did not work", durationOf(call)],
  denied: ({ taken_back, reason }) => [
    `${taken_back ? "Taken back" : "Refused"} by you${reason ? `: ${reason}` : ""}`,
  ],
  expired: () => ["Ran out: nobody decided in time"],
};

/** What has become of a call that waited for the user; nothing for others. */
const fateOf = (call) => FATES[call.approval?.status]?.(call.approval, call);

/** The first plain value is what a reader recognises a call by. */
function gistOf(values) {
  const value = Object.values(values ?? {}).find((one) => typeof one !== "object");
  return value === undefined ? "" : String(value);
}

const NOTICEABLE = 0.05; // seconds: what took less is read as 0.0 s, which says nothing

function durationOf({ seconds, state }) {
  const ran = (state === "done" || state === "failed") && seconds >= NOTICEABLE;
  return ran ? `${seconds.toFixed(1)} s` : "";
}

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
