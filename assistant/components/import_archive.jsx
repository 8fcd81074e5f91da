// Brings an export back: a file is chosen, and what could not be taken is named.
import { useEffect, useRef, useState } from "react";
import { ask } from "./account.js";
import { Outcome } from "./export_button.jsx";
import { LEFT, kept, sentence, taken } from "./import_words.js";
import { Revealed } from "./revealed.jsx";
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

function Told({ skipped, unnamed, instructions, onInstruct, ...told }) {
  const lines = [taken(told), kept(told), LEFT].filter(Boolean);
  return (
    <>
      {skipped.length > 0 && <Skipped items={skipped} unnamed={unnamed} />}
      {lines.map((line) => (
        <p key={line} className="told">{line}</p>
      ))}
      {instructions && <Instructions words={instructions} onInstruct={onInstruct} />}
    </>
  );
}

/** They would stand in every answer, so whoever wrote them, it is the user who says yes. */
function Instructions({ words, onInstruct }) {
  const [used, setUsed] = useState(false);
  const said = useRef(null);
  useEffect(() => said.current?.focus({ preventScroll: true }), [used]); // the button is gone
  if (used) {
    return <p ref={said} tabIndex={-1}>They are in Instructions, above; you can change them there.</p>;
  }
  const use = () => {
    onInstruct(words);
    setUsed(true);
  };
  return (
    <div className="offered" data-testid="offered-instructions">
      <p>It holds instructions for every answer. Read them before you use them:</p>
      <blockquote dir="auto" tabIndex={0} aria-label="Instructions in the archive">
        <Revealed text={words} />
      </blockquote>
      <button type="button" className="button" onClick={use}>
        Use these instructions
      </button>
    </div>
  );
}

function Skipped({ items, unnamed }) {
  const more = Math.max(items.length - SHOWN, 0) + unnamed;
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
