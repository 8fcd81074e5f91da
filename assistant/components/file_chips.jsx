// The files above the text, while they are uploaded and until they are sent.
import { remove, tryAgain } from "./attached.js";
import { FileFace } from "./file_face.jsx";
import { sizeOf } from "./file_facts.js";
import { Icon } from "./icons.jsx";
import { isTouch } from "./keyboard.js";

const percent = (share) => `${Math.floor(100 * share)} %`;
const NOTES = {
  waiting: ({ size }) => `${sizeOf(size)} · waits`,
  sending: ({ size, share }) => `${sizeOf(size)} · ${percent(share)}`,
  done: ({ size }) => sizeOf(size),
  failed: ({ why }) => why,
};

/** field: gets the focus when a file is removed. */
export function FileChips({ files, field }) {
  if (!files.length) return null;
  const drop = (key) => {
    remove(key);
    if (!isTouch()) field.current.focus();
  };
  return (
    <ul className="file-chips" aria-label="Attached files" data-testid="file-chips">
      {files.map((file) => (
        <Chip key={file.key} file={file} onRemove={() => drop(file.key)} />
      ))}
    </ul>
  );
}

function Chip({ file, onRemove }) {
  const { key, name, state, share, again } = file;
  return (
    <li className="file-chip" data-testid="file-chip" data-state={state}>
      <FileFace file={file} note={NOTES[state](file)} />
      {again && state === "failed" && (
        <button type="button" className="quiet-button" onClick={() => tryAgain(key)}>
          Try again
        </button>
      )}
      <button type="button" className="icon-button" aria-label={`Remove ${name}`} onClick={onRemove}>
        <Icon name="cross" size={14} />
      </button>
      {state === "sending" && <progress aria-label={`Uploading ${name}`} max={1} value={share} />}
    </li>
  );
}
