// What waits for the user, at the foot of the sidebar: a count, which opens to the list.
import { useId, useState, useSyncExternalStore } from "react";
import { Link } from "react-router";
import { Icon } from "./icons.jsx";
import { Revealed } from "./revealed.jsx";
import { waiting } from "./waiting.js";

const NONE = [];
export const useWaiting = () => useSyncExternalStore(waiting.subscribe, waiting.get, () => NONE);

export function WaitingList() {
  const cards = useWaiting();
  const [open, setOpen] = useState(false);
  const id = useId();
  return (
    <div className="waiting-list">
      <p className="unseen" role="status">{cards.length ? countOf(cards) : ""}</p>
      {cards.length > 0 && (
        <>
          {open && <Lines id={id} cards={cards} />}
          <button
            type="button"
            className="search-button"
            data-testid="waiting"
            aria-expanded={open}
            aria-controls={open ? id : undefined}
            onClick={() => setOpen(!open)}
          >
            <span className="dot" />
            Waiting for you
            <span className="waiting-count">{cards.length}</span>
            <Icon name="below" size={14} />
          </button>
        </>
      )}
    </div>
  );
}

const countOf = ({ length }) => `${length} ${length === 1 ? "thing waits" : "things wait"} for you`;

function Lines({ id, cards }) {
  return (
    <ul id={id} aria-label="Waiting for you">
      {cards.map((card) => (
        <li key={card.id}>
          <Link
            className="waiting-line"
            data-testid="waiting-line"
            to={`/chat/${card.conversation}?m=${card.message}`}
          >
            <span dir="auto"><Revealed text={card.sentence} name /></span>
            <small dir="auto">{card.title}</small>
          </Link>
        </li>
      ))}
    </ul>
  );
}
