// One line of the audit log, which opens to what was asked and what came of it.
import { useId, useState } from "react";
import { postForm } from "./api.js";
import { counted, exactOf, minuteOf } from "./dates.js";
import { Icon } from "./icons.jsx";

const STATUSES = {
  started: "Begun",
  done: "Done",
  failed: "Failed",
  denied: "Denied",
  asked: "Asked you",
  approved: "Allowed",
  expired: "Ran out",
  undone: "Undone",
};

/** onConversation(id): show that one only; null when one is shown. onUndone(): the log has grown. */
export function AuditEntry({ entry, onConversation, onUndone }) {
  const [open, setOpen] = useState(false);
  const id = useId();
  const gist = entry.sentence || gistOf(entry.asked);
  return (
    <li className="audit-entry" data-testid="audit-entry" data-status={entry.status}>
      <button
        type="button"
        className="audit-line"
        aria-expanded={open}
        aria-controls={open ? id : undefined}
        onClick={() => setOpen(!open)}
      >
        <Moment at={entry.at} />
        <span className="audit-what">
          <b>{entry.verb}</b>
          {gist && <span className="audit-gist" dir="auto">{gist}</span>}
        </span>
        <span className="audit-facts">{factsOf(entry)}</span>
        <span className="audit-chip" data-status={entry.undone ? "undone" : entry.status}>
          {entry.undone ? "Undone" : STATUSES[entry.status]}
        </span>
        <Icon name="chevron" size={14} />
      </button>
      {open && <Details id={id} entry={entry} onConversation={onConversation} onUndone={onUndone} />}
    </li>
  );
}

function Moment({ at }) {
  return (
    <time dateTime={at} title={exactOf(at)}>
      {minuteOf(at)}
    </time>
  );
}

/** Who allowed it, or what it cost. */
function factsOf({ kind, cost, approved_by }) {
  return kind === "request" ? dollars(cost) : approved_by;
}

/** A cost in words; the details have all its digits. */
const dollars = (cost) => {
  if (!Number(cost)) return "No cost";
  return Number(cost) < 0.01 ? "Less than $0.01" : `$${Number(cost).toFixed(2)}`;
};

/** The first plain value is what a reader recognises a call by. */
function gistOf(asked) {
  try {
    const value = Object.values(JSON.parse(asked)).find((one) => typeof one !== "object");
    return value === undefined ? "" : String(value).slice(0, 200);
  } catch {
    return ""; // it was cut, or does not open: the details show what there is
  }
}

function Details({ id, entry, onConversation, onUndone }) {
  return (
    <div className="audit-details" id={id}>
      <dl>
        {rowsOf(entry).map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd dir="auto">{value}</dd>
          </div>
        ))}
      </dl>
      <div className="audit-acts">
        {entry.undo && <Undo id={entry.id} onUndone={onUndone} />}
        {entry.conversation && (
          <a className="button" href={`/chat/${entry.conversation}`}>
            Open the conversation
          </a>
        )}
        {entry.conversation && onConversation && (
          <button type="button" className="button" onClick={() => onConversation(entry.conversation)}>
            Only this conversation
          </button>
        )}
      </div>
    </div>
  );
}

function rowsOf(entry) {
  const request = entry.kind === "request";
  const left = entry.targets.map(({ kind, value }) => `${kind}: ${value}`).join("\n");
  return [
    ["Time", exactOf(entry.at)],
    ["Row", entry.seq ? counted(entry.seq) : "From before the log was chained"],
    ["Allowed by", entry.approved_by],
    ["Reaches", left],
    [request ? "Model" : "Tool", entry.what],
    ["Tokens", request && `${counted(entry.tokens_in)} in, ${counted(entry.tokens_out)} out`],
    ["Cost", request && `$${entry.cost}`],
    ["Took", !request && entry.seconds >= 0.05 && `${entry.seconds.toFixed(1)} s`],
    ["Asked", prettyOf(entry.asked)],
    ["Outcome", entry.answered],
  ].filter(([, value]) => value);
}

function prettyOf(asked) {
  try {
    return JSON.stringify(JSON.parse(asked), null, 2);
  } catch {
    return asked;
  }
}

function Undo({ id, onUndone }) {
  const [said, setSaid] = useState({});
  const undo = async () => {
    setSaid({ busy: true });
    try {
      setSaid({ done: (await postForm(`/api/undo/${id}`)).said });
      onUndone();
    } catch (error) {
      setSaid({ error: error.message });
    }
  };
  return (
    <>
      <button
        type="button"
        className="button"
        data-testid="undo"
        aria-disabled={said.busy}
        onClick={() => said.busy || undo()}
      >
        Undo
      </button>
      <span role="status">{said.done}</span>
      {said.error && <p className="error" role="alert">{said.error}</p>}
    </>
  );
}
