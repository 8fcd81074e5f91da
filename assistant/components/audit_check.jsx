// The check of the log's chain, and the log as a file.
import { useState } from "react";
import { Outcome } from "./export_button.jsx";
import { fetchSigned } from "./session.js";
import { outcome } from "./api.js";

const FAILED = "The log could not be checked now. Nothing is lost; try again.";

/** filters: what of the log a file is to hold. */
export function AuditCheck({ filters }) {
  const [said, setSaid] = useState({});
  const check = async () => {
    setSaid({ busy: true, done: "Checking…" });
    try {
      const answer = await fetchSigned("/api/audit/verify", { cache: "no-store" }).catch(() => {
        throw new Error(FAILED);
      });
      setSaid(verdictOf(await outcome(answer, FAILED)));
    } catch (error) {
      setSaid({ error: error.message });
    }
  };
  return (
    <section aria-label="The whole log">
      <div className="setting">
        <div className="about">
          <span>Check</span>
          <small>Each row is bound to the one before it. A row that was changed or taken out shows.</small>
        </div>
        <button
          type="button"
          className="button"
          data-testid="check-log"
          aria-disabled={said.busy}
          onClick={() => said.busy || check()}
        >
          Check the log
        </button>
        <Outcome done={said.done} error={said.error} />
      </div>
      <div className="setting">
        <div className="about">
          <span>Export</span>
          <small>What the filters below let through, in clear; words that you look for are no filter of a file.</small>
        </div>
        <div className="audit-files">
          <a className="button" href={fileOf("csv", filters)} download>
            CSV
          </a>
          <a className="button" href={fileOf("json", filters)} download>
            JSON
          </a>
        </div>
      </div>
    </section>
  );
}

function verdictOf({ rows, broken, why, at }) {
  const count = rows.toLocaleString();
  if (!broken) return { done: rows ? `All ${count} rows hold.` : "There is no row to check yet." };
  const when = at ? ` of ${new Date(at).toLocaleString()}` : "";
  return { error: `Row ${broken.toLocaleString()}${when} does not hold. ${why} The ${count} before it do.` };
}

function fileOf(ending, { what, status, conversation, days }) {
  const given = Object.entries({ what, status, conversation, days }).filter(([, value]) => value);
  return `/api/audit/export.${ending}?${new URLSearchParams(given)}`;
}
