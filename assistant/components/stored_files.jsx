// The files of the user: downloaded, deleted, and brought back.
import { useEffect, useState } from "react";
import { ask } from "./account.js";
import { dayOfYear } from "./dates.js";
import { sizeOf } from "./file_facts.js";
import { FileLink } from "./file_link.jsx";
import { When } from "./when.jsx";

export const FILES_CHANGED = "assistant:files"; // an event by which this list is read anew
const API = "/api/files";
const SHOWN = 20;
const EMPTY =
  "There are no files yet. In the chat, the paperclip takes files beside your message; you can " +
  "also drop them on the page or paste them. What the assistant writes as a file stands here, too.";

export function StoredFiles() {
  const { known, busy, said, problem, change } = useStoredFiles();
  if (!known) return <Report problem={problem} />;
  const { files, deleted, room, plan } = known;
  const remove = ({ id, name }) =>
    change(id, `/${id}`, "DELETE", `${name} is deleted. For 30 days it can be brought back, below.`);
  const restore = ({ id, name }) => change(id, `/${id}/restore`, "POST", `${name} is back.`);
  return (
    <div data-testid="stored-files" aria-busy={busy !== ""}>
      <Room files={files} room={room} plan={plan} />
      {files.length === 0 && <p className="empty">{EMPTY}</p>}
      <List items={files} busy={busy} verb="Delete" onAct={remove} File={Stored} />
      <Report said={said} problem={problem} />
      {deleted.length > 0 && (
        <details className="deleted-files" data-testid="deleted-files">
          <summary>Deleted ({deleted.length})</summary>
          <List items={deleted} busy={busy} verb="Bring back" onAct={restore} File={Deleted} />
        </details>
      )}
    </div>
  );
}

/** What is known of the files, and the way to change it. busy: the file that is being changed. */
function useStoredFiles() {
  const [known, setKnown] = useState(null);
  const [state, setState] = useState({ busy: "" });
  const read = () => ask(API).then(setKnown);
  const failed = (error) => setState({ busy: "", problem: error.message });
  useEffect(() => {
    const again = () => void read().catch(failed);
    again();
    window.addEventListener(FILES_CHANGED, again);
    return () => window.removeEventListener(FILES_CHANGED, again);
  }, []);
  const change = async (busy, path, method, said) => {
    setState({ busy });
    try {
      await ask(API + path, { method });
      await read();
      setState({ busy: "", said });
    } catch (error) {
      failed(error);
    }
  };
  return { known, change, ...state };
}

function Room({ files, room, plan }) {
  const used = files.reduce((sum, { size }) => sum + size, 0);
  return (
    <div className="setting">
      <div className="about">
        <span>Room</span>
        <small data-testid="room">
          {sizeOf(used)} of {sizeOf(room)} used in {files.length}{" "}
          {files.length === 1 ? "file" : "files"}, by the {plan} plan.
        </small>
      </div>
      <progress className="room" aria-label="Room used" max={room} value={used} />
    </div>
  );
}

function List({ items, busy, verb, onAct, File }) {
  const [all, setAll] = useState(false);
  const more = items.length - SHOWN;
  return (
    <ul className="stored-files">
      {items.slice(0, all ? undefined : SHOWN).map((item) => (
        <li key={item.id} data-testid="stored-file">
          <File item={item} />
          <button
            type="button"
            className="button"
            aria-label={`${verb} ${item.name}`}
            aria-disabled={busy !== ""}
            onClick={() => busy || onAct(item)}
          >
            {verb}
          </button>
        </li>
      ))}
      {more > 0 && !all && (
        <li>
          <button type="button" className="quiet-button" onClick={() => setAll(true)}>
            Show {more} more
          </button>
        </li>
      )}
    </ul>
  );
}

const Stored = ({ item }) => <FileLink file={item} note={<When at={item.at} />} />;

const Deleted = ({ item }) => (
  <div className="about">
    <span dir="auto">{item.name}</span>
    <small>
      {sizeOf(item.size)} · can be brought back until {dayOfYear(item.until)}
    </small>
  </div>
);

function Report({ said, problem }) {
  return (
    <>
      <p className="report" role="status">{said}</p>
      <p className={problem ? "error" : "unseen"} role="alert">{problem}</p>
    </>
  );
}
