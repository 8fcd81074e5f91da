// One line of what a search has found: a title, and for a message the words around the match.
import { useEffect, useRef } from "react";
import { Link } from "react-router";
import { nearDayOf } from "./findings.js";

/** on: Enter would open it. onPoint(): the pointer is on it. onChoose(): it was clicked. */
export function Finding({ row, id, on, onPoint, onChoose }) {
  const line = useRef(null);
  useEffect(() => {
    if (on) line.current.scrollIntoView({ block: "nearest" });
  }, [on]);
  return (
    <Link
      className={on ? "finding on" : "finding"}
      id={id}
      ref={line}
      to={row.to}
      role="option"
      aria-selected={on}
      tabIndex={-1}
      onPointerMove={onPoint}
      onClick={onChoose}
    >
      <span className="finding-title">
        <span className="title" dir="auto"><Marked pieces={row.title} /></span>
        {row.archived && <span className="finding-note">Archived</span>}
        {row.at && <time className="finding-note" dateTime={row.at}>{nearDayOf(row.at)}</time>}
      </span>
      {row.words && (
        <span className="finding-words" dir="auto">
          {row.who && <span className="finding-who">{row.who}: </span>}
          <Marked pieces={row.words} />
        </span>
      )}
    </Link>
  );
}

/** The second, the fourth and so on of the pieces are what matches. */
function Marked({ pieces }) {
  return pieces.map((piece, at) => (at % 2 ? <mark key={at}>{piece}</mark> : piece));
}
