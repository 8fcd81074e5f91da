// Brings an export back: a file is chosen, and what could not be taken is named.
import { useState } from "react";
import { ask } from "./account.js";
import { Outcome } from "./export_button.jsx";
import { kept, sentence, taken } from "./import_words.js";
import { FILES_CHANGED } from "./stored_files.jsx";

const BUSY = "Reading the archive. Your conversations appear as they come.";
const SHOWN = 50; // of what was skipped

/** onTaken(): settings were taken. onInstruct(text): the user takes instructions over. */
export function ImportArchive({ onTaken, onInstruct }) {
  const [said, setSaid] = useState({});
  const take = async (event) => {
    const [file] = event.target.files;
    event.target.value = ""; // the same file may be chosen again
    if (!file) return;
    setSaid({ busy: true, done: BUSY });
    try {
      const headers = { "Content-Type": "application/zip" };
      const told = await ask("/api/import", { method: "POST", headers, body: file });
      setSaid({ done: sentence(told), told });
      if (told.taken.length > 0) onTaken();
      if (told.files > 0) window.dispatchEvent(new Event(FILES_CHANGED));
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
        {said.told && <Told {...said.told} onInstruct={onInstruct} />}
      </Outcome>
    </>
  );
}

function Told({ skipped, instructions, onInstruct, ...told }) {
  const lines = [taken(told), kept(told)].filter(Boolean);
  return (
    <>
      {lines.map((line) => (
        <p key={line}>{line}</p>
      ))}
      {instructions && <Instructions words={instructions} onInstruct={onInstruct} />}
      {skipped.length > 0 && <Skipped items={skipped} />}
    </>
  );
}

/** They would stand in every answer, so whoever wrote them, it is the user who says yes. */
function Instructions({ words, onInstruct }) {
  const [used, setUsed] = useState(false);
  if (used) return <p>The instructions are yours now; you can change them above.</p>;
  const use = () => {
    onInstruct(words);
    setUsed(true);
  };
  return (
    <div className="offered" data-testid="offered-instructions">
      <p>It holds instructions for every answer. Read them before you use them:</p>
      <blockquote dir="auto" tabIndex={0} aria-label="Instructions in the archive">{words}</blockquote>
      <button type="button" className="button" onClick={use}>
        Use these instructions
      </button>
    </div>
  );
}

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
