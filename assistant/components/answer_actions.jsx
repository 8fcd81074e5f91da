// What can be done with an answer: copy it, have it given once more, see what it cost. The panel comes when it is asked for.
import { useId, useState } from "react";
import { CopyButton } from "./copy_button.jsx";
import { Icon } from "./icons.jsx";
import { wordsOf } from "./parts.js";
import { TryAgain } from "./try_again.jsx";
import { VersionArrows } from "./version_arrows.jsx";

/**
 * priced: the server knows by now what was paid for it. over: it can be given once more; bare: but
 * by a button that stands elsewhere.
 */
export function AnswerActions({ message, parts, priced, over, bare, wish, models, act }) {
  const [{ Panel, open }, set] = useState({ Panel: null, open: false });
  const panel = useId();
  const hasWords = parts.some((part) => part.type === "text");
  if (!hasWords && !priced && !over) return null;
  const toggle = async () => {
    if (open) return set({ Panel, open: false });
    const { AnswerCost } = await import("./answer_cost.jsx").catch(() => ({ AnswerCost: NotThere }));
    return set({ Panel: AnswerCost, open: true });
  };
  return (
    <>
      <div className="message-actions" data-open={open}>
        {message.versions && <VersionArrows versions={message.versions} turn={act.turn} />}
        {hasWords && <CopyButton text={() => wordsOf(parts)} />}
        {over && <TryAgain message={message.id} {...{ wish, models, bare, act }} />}
        {priced && (
          <button
            type="button"
            className="quiet-button"
            aria-expanded={open}
            aria-controls={open ? panel : undefined}
            onClick={toggle}
          >
            <Icon name="coin" size={14} />
            <span>Price</span>
          </button>
        )}
        {message.model && <span className="by">{message.model}</span>}
      </div>
      {open && <Panel id={panel} message={message.id} />}
    </>
  );
}

const NotThere = ({ id }) => (
  <p className="cost" id={id} role="alert">
    The price could not be fetched. Close this, and try again.
  </p>
);
