// The check of the log's chain, and the log as a file.
import { useEffect, useRef, useState } from "react";
import { counted, exactOf } from "./dates.js";
import { Outcome } from "./export_button.jsx";
import { fetchSigned } from "./session.js";
import { outcome } from "./api.js";
import { piecesOf } from "./streamed.js";

const WORDS_MS = 5_000; // between two sentences on how far it is
const FAILED = "The log could not be checked now. Nothing is lost; try again.";

/** filters: what of the log a file is to hold. */
export function AuditCheck({ filters }) {
  const [said, setSaid] = useState({});
  const leaving = useRef(null);
  useEffect(() => () => leaving.current?.abort(), []);
  const check = async () => {
    const { signal } = (leaving.current = new AbortController());
    setSaid({ busy: true, done: "Checking…" });
    try {
      setSaid(verdictOf(await checked(signal, telling(setSaid))));
    } catch (error) {
      if (!signal.aborted) setSaid({ error: error.message });
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
        <Outcome done={said.done} error={said.error}>
          {said.busy && <progress aria-label="Rows checked" max={said.of} value={said.checked} />}
        </Outcome>
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

/** The verdict on the log. Tells of steps; signal: gives up. Throws an error that says why. */
async function checked(signal, onStep) {
  let last;
  try {
    const answer = await fetchSigned("/api/audit/verify", { cache: "no-store", signal });
    if (!answer.ok) await outcome(answer, FAILED);
    const onPiece = (line) => {
      last = JSON.parse(line);
      if (last.of) onStep(last);
    };
    await piecesOf(answer, { separator: "\n", onPiece });
  } catch (error) {
    throw error instanceof TypeError ? new Error(FAILED) : error; // the network: it broke off
  }
  if (last?.rows === undefined) throw new Error(FAILED);
  return last;
}

/** Shows each step; in words only now and then, because screen readers read them all. */
function telling(show) {
  let told = Date.now();
  return ({ checked, of }) => {
    const due = Date.now() - told >= WORDS_MS;
    if (due) told = Date.now();
    const words = `${counted(checked)} of ${counted(of)} rows hold so far.`;
    show((said) => ({ busy: true, done: due ? words : said.done, checked, of }));
  };
}

function verdictOf({ rows, broken, why, at }) {
  const count = counted(rows);
  if (!broken) return { done: rows ? `All ${count} rows hold.` : "There is no row to check yet." };
  const when = at ? ` of ${exactOf(at)}` : "";
  return { error: `Row ${counted(broken)}${when} does not hold. ${why} The ${count} before it do.` };
}

function fileOf(ending, { what, status, conversation, days }) {
  const given = Object.entries({ what, status, conversation, days }).filter(([, value]) => value);
  return `/api/audit/export.${ending}?${new URLSearchParams(given)}`;
}
