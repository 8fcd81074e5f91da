// The search: a field, and below it a list that the arrow keys walk through while the field keeps the focus.
import { useEffect, useId, useRef, useState } from "react";
import { useNavigate } from "react-router";
import { countOf, groupsOf, moved, recentOf } from "./findings.js";
import { Icon } from "./icons.jsx";
import { composition } from "./keyboard.js";
import { Finding } from "./finding.jsx";
import { useSearch } from "./use_search.js";

const MOST = 200; // characters, as the server takes them
const RECENT = 6;

/** groups: the conversations of the sidebar. onClose(): it has closed, by whatever way. */
export function SearchDialog({ groups, onClose }) {
  const dialog = useRef(null);
  const close = () => dialog.current.close();
  const search = useList(groups, close);
  useEffect(() => dialog.current.showModal(), []);
  const outside = (event) => event.target === dialog.current && close();
  return (
    <dialog
      className="dialog search-dialog"
      data-testid="search-dialog"
      aria-label="Search"
      ref={dialog}
      onClose={onClose}
      onPointerDown={outside}
    >
      <div className="search-frame">
        <Head search={search} close={close} />
        <div className="search-body" aria-busy={search.waiting}>
          <List search={search} />
          <Hint search={search} />
        </div>
        <Foot search={search} />
      </div>
    </dialog>
  );
}

/** What is typed, what it finds, and the line that Enter would open. */
function useList(groups, close) {
  const [query, setQuery] = useState("");
  const [at, setAt] = useState(0);
  const { answer, failed, waiting, again } = useSearch(query);
  const navigate = useNavigate();
  const shown = query.trim() ? (answer ? groupsOf(answer) : []) : recentOf(groups, RECENT);
  const rows = shown.flatMap((group) => group.rows);
  useEffect(() => setAt(0), [answer, query]);
  const choose = (row) => {
    close();
    navigate(row.to);
  };
  return {
    id: useId(), query, setQuery, at, setAt, answer, failed, waiting, again, shown, rows, choose, close,
  };
}

const idOf = (search, row) => `${search.id}-${search.rows.indexOf(row)}`;

function Head({ search, close }) {
  const { id, query, setQuery, at, setAt, rows, waiting, choose } = search;
  const composing = useRef(null);
  composing.current ??= composition();
  const onKeyDown = (event) => {
    if (composing.current.owns(event)) return;
    const next = moved(event.key, at, rows.length);
    if (next !== undefined) setAt(next);
    else if (event.key !== "Enter") return;
    else if (rows[at] && !waiting) choose(rows[at]);
    event.preventDefault();
  };
  return (
    <div className="search-head">
      <Icon name="search" size={18} />
      <input
        type="text"
        role="combobox"
        aria-label="Search titles and messages"
        aria-autocomplete="list"
        aria-expanded={rows.length > 0}
        aria-controls={rows.length > 0 ? id : undefined}
        aria-activedescendant={rows[at] && `${id}-${at}`}
        autoComplete="off"
        autoFocus
        dir="auto"
        enterKeyHint="search"
        maxLength={MOST}
        placeholder="Search titles and messages"
        spellCheck={false}
        value={query}
        onChange={(event) => setQuery(event.target.value)}
        onKeyDown={onKeyDown}
        onCompositionStart={composing.current.start}
        onCompositionEnd={composing.current.end}
      />
      <button type="button" className="icon-button" aria-label="Close the search" onClick={close}>
        <Icon name="cross" size={18} />
      </button>
    </div>
  );
}

function List({ search }) {
  const { id, shown, rows, at } = search;
  if (rows.length === 0) return null;
  return (
    <div role="listbox" id={id} aria-label="Results">
      {shown.map(({ label, rows: some }) => (
        <div role="group" key={label} aria-labelledby={`${id}-${label}`}>
          <div className="group-label" id={`${id}-${label}`} role="presentation">
            {label}
          </div>
          {some.map((row) => (
            <Finding
              key={row.key}
              row={row}
              id={idOf(search, row)}
              on={row === rows[at]}
              onPoint={() => search.setAt(rows.indexOf(row))}
              onChoose={search.close}
            />
          ))}
        </div>
      ))}
    </div>
  );
}

/** What stands below the lines, or in their place. */
function Hint({ search: { query, answer, failed, waiting, again } }) {
  if (!query.trim())
    return (
      <p className="search-hint">
        Finds words in all your conversations, whatever their accents and case, also in the middle of
        other words. <q>Words in quotes</q> are found as they stand.
      </p>
    );
  if (failed && !waiting)
    return (
      <div className="search-hint" role="alert">
        <p>The search did not answer. Nothing is lost.</p>
        <button type="button" className="button" onClick={again}>
          Try again
        </button>
      </div>
    );
  if (!answer) return <p className="search-hint late">Searching…</p>;
  if (!answer.complete)
    return <p className="search-hint">Not all could be read in time. A longer or rarer word finds more.</p>;
  if (answer.titles.length + answer.messages.length > 0 || waiting) return null;
  return <p className="search-hint">Nothing found. Try fewer words, or only the beginning of one.</p>;
}

/** What there is, said to screen readers; and the keys, where there are some. */
function Foot({ search: { query, answer, waiting } }) {
  return (
    <div className="search-foot">
      <p className="unseen" role="status">
        {query.trim() && answer && !waiting ? countOf(answer) : ""}
      </p>
      <span aria-hidden="true"><kbd>↑</kbd><kbd>↓</kbd> to move</span>
      <span aria-hidden="true"><kbd>Enter</kbd> to open</span>
      <span aria-hidden="true"><kbd>Esc</kbd> to close</span>
    </div>
  );
}
