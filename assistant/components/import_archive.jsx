// Brings an export back: a file is chosen, and what could not be taken is named.
import { useState } from "react";
import { ask } from "./account.js";
import { Outcome } from "./export_button.jsx";

const BUSY = "Reading the archive. Your conversations appear as they come.";
const SHOWN = 50; // of what was skipped

export function ImportArchive() {
  const [said, setSaid] = useState({});
  const take = async (event) => {
    const [file] = event.target.files;
    event.target.value = ""; // the same file may be chosen again
    if (!file) return;
    setSaid({ busy: true, done: BUSY });
    try {
      const headers = { "Content-Type": "application/zip" };
      const told = await ask("/api/import", { method: "POST", headers, body: file });
      setSaid({ done: sentence(told), skipped: told.skipped });
    } catch (error) {
      setSaid({ error: error.message });
    }
  };
  return (
    <>
      <label className="button choose" aria-disabled={said.busy}>
        Choose a file
        <input
          type="file"
          className="unseen"
          accept=".zip,application/zip"
          data-testid="import"
          aria-label="Import: choose a file"
          disabled={said.busy}
          onChange={take}
        />
      </label>
      <Outcome done={said.done} error={said.error}>
        {said.busy && <progress aria-label="Importing" />}
        {said.skipped?.length > 0 && <Skipped items={said.skipped} />}
      </Outcome>
    </>
  );
}

function sentence({ imported, skipped }) {
  if (imported === 0 && skipped.length === 0) return "There are no conversations in this archive.";
  const left = skipped.length ? ` ${counted(skipped.length)} not:` : "";
  return `${counted(imported)} imported.${left}`;
}

const counted = (count) =>
  `${count} ${count === 1 ? "conversation was" : "conversations were"}`;

function Skipped({ items }) {
  const more = items.length - SHOWN;
  return (
    <ul className="skipped" data-testid="skipped">
      {items.slice(0, SHOWN).map(({ item, why }, number) => (
        <li key={number}>
          <b dir="auto">{item}</b>: {why}
        </li>
      ))}
      {more > 0 && <li>and {more} more</li>}
    </ul>
  );
}
