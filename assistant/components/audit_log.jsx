// The audit log: filters, a list whose lines open, the check of the chain, and files to take along.
import { useState } from "react";
import { AuditCheck } from "./audit_check.jsx";
import { AuditEntry } from "./audit_entry.jsx";
import { shortDayOf } from "./dates.js";
import { useAudit } from "./use_audit.js";

const ALL = { what: "", status: "", conversation: null, days: 0, words: "" };
const STATUSES = {
  "": "Any outcome",
  done: "Done",
  asked: "Asked you",
  approved: "Allowed",
  denied: "Denied",
  expired: "Ran out",
  failed: "Failed",
  undone: "Undone",
  started: "Begun",
};
const DAYS = { 0: "Any time", 1: "Last day", 7: "Last 7 days", 30: "Last 30 days" };

export function AuditLog() {
  const [filters, setFilters] = useState(ALL);
  const log = useAudit(filters);
  const change = (some) => setFilters({ ...filters, ...some });
  return (
    <>
      <AuditCheck filters={filters} />
      <section aria-label="Entries">
        <Filters filters={filters} tools={log.tools} change={change} />
        <ol className="audit" aria-busy={log.waiting} data-testid="audit">
          {log.entries.map((one) => (
            <AuditEntry
              key={one.id}
              entry={one}
              onConversation={filters.conversation ? null : (id) => change({ conversation: id })}
              onUndone={log.again}
            />
          ))}
        </ol>
        <Below log={log} filtered={JSON.stringify(filters) !== JSON.stringify(ALL)} />
      </section>
    </>
  );
}

function Filters({ filters, tools, change }) {
  const what = { "": "Everything", requests: "Requests to models" };
  for (const { name, called } of tools) what[name] = called;
  if (filters.what && !(filters.what in what)) what[filters.what] = filters.what;
  return (
    <div className="audit-filters" role="search" aria-label="Filter the log">
      <input
        type="search"
        className="field"
        aria-label="Find words in the log"
        placeholder="Find words"
        maxLength={200}
        value={filters.words}
        onChange={({ target }) => change({ words: target.value.toWellFormed?.() ?? target.value })}
      />
      <Choice label="What" value={filters.what} options={what} onChoose={(v) => change({ what: v })} />
      <Choice
        label="Outcome"
        value={filters.status}
        options={STATUSES}
        onChoose={(status) => change({ status })}
      />
      <Choice
        label="Time"
        value={filters.days}
        options={DAYS}
        onChoose={(days) => change({ days: Number(days) })}
      />
      {filters.conversation && (
        <button type="button" className="button" onClick={() => change({ conversation: null })}>
          One conversation only · show all
        </button>
      )}
    </div>
  );
}

function Choice({ label, value, options, onChoose }) {
  return (
    <select
      className="field"
      aria-label={label}
      value={value}
      onChange={({ target }) => onChoose(target.value)}
    >
      {Object.entries(options).map(([key, words]) => (
        <option key={key} value={key}>
          {words}
        </option>
      ))}
    </select>
  );
}

/** What stands below the lines, or in their place. */
function Below({ log, filtered }) {
  if (log.failed)
    return (
      <div className="audit-below" role="alert">
        <p>The log did not answer. Nothing is lost.</p>
        <button type="button" className="button" onClick={log.again}>
          Try again
        </button>
      </div>
    );
  const searched = log.backTo && shortDayOf(log.backTo);
  return (
    <div className="audit-below">
      <p role="status">{wordsOf(log, filtered, searched)}</p>
      {log.before && (
        <button type="button" className="button" aria-disabled={log.waiting} onClick={() => log.waiting || log.more()}>
          {searched ? "Search further back" : "Show older"}
        </button>
      )}
    </div>
  );
}

function wordsOf({ entries, waiting }, filtered, searched) {
  if (waiting) return "Reading…";
  if (searched) return `Searched back to ${searched}.`;
  if (entries.length) return "";
  if (filtered) return "Nothing in the log fits these filters.";
  return (
    "Nothing has happened yet. Every tool that is used for you will stand here, with what it was " +
    "asked, what came of it and who allowed it, and so will every request to a model with its cost."
  );
}
