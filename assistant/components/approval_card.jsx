// A call that waits for the user: what it would do, to whom, and their Yes or No.
import { useId, useRef, useState } from "react";
import { ApprovalChoices, Undo } from "./approval_choices.jsx";
import { CallFields } from "./call_fields.jsx";
import { weekdayOf } from "./dates.js";
import { Revealed } from "./revealed.jsx";
import { Targets } from "./targets.jsx";
import { ToolLine } from "./tool_line.jsx";
import { UndoCall } from "./undo_call.jsx";
import { useDecision } from "./use_decision.js";
import { useHeldFocus } from "./use_held_focus.js";

/** call: its part of the message. waits: the message does; until then nothing can be decided. */
export function WaitingCall({ call, message, waits }) {
  const decision = useDecision(call, message);
  const isCard = waits && call.state === "waiting";
  const frame = useRef(null);
  const { status, execution } = call.approval;
  const holdFocus = useHeldFocus(frame, `${status} ${execution}`);
  return (
    <div className={isCard ? "waiting-call" : "waiting-call settled tool"} ref={frame} onClickCapture={holdFocus}>
      {isCard ? <Card call={call} decision={decision} /> : <ToolLine call={call} />}
      {!isCard && execution && <UndoCall execution={execution} message={message} />}
      <div role="alert">{decision.problem && <p className="error">{decision.problem}</p>}</div>
    </div>
  );
}

function Card({ call, decision }) {
  const card = call.approval;
  const title = useId();
  const { hint, onKeyDown } = useNoEnter();
  const isOpen = card.status === "pending";
  return (
    <div className="tool" data-testid="message" data-role="tool" data-status="waiting" data-state="waiting">
      <div
        className="approval card"
        role="group"
        aria-labelledby={title}
        data-testid="approval"
        data-tool={call.name}
        data-status={card.status}
        onKeyDown={onKeyDown}
      >
        <p className="approval-sentence" id={title} dir="auto">
          <Revealed text={card.sentence} name />
        </p>
        <State card={card} />
        <Targets targets={card.targets} />
        <CallFields call={call} decision={decision} isOpen={isOpen} />
        {isOpen && <ApprovalChoices card={card} decision={decision} />}
        {card.status === "approved" && card.delay > 0 && <Undo card={card} decision={decision} />}
        <p className="approval-hint" role="status">{hint}</p>
      </div>
    </div>
  );
}

const NO_ENTER = "Enter never allows anything. Press Space, or click.";

/** Enter comes too easily: it decides nothing, and in a field it does nothing. */
function useNoEnter() {
  const [hint, setHint] = useState("");
  const onKeyDown = (event) => {
    if (event.key !== "Enter" || event.nativeEvent.isComposing) return;
    const isAllow = event.target.dataset.testid === "approve";
    if (isAllow) setHint(NO_ENTER);
    if (isAllow || event.target.matches("input")) event.preventDefault();
  };
  return { hint, onKeyDown };
}

const UNDONE = {
  read: "Nothing has been asked for.",
  write: "Nothing has been changed.",
  send: "Nothing has been sent.",
  destroy: "Nothing has been deleted.",
};

/** What a server's tool would do, nobody here knows. */
const isForeign = ({ targets }) => targets.some(({ kind }) => kind === "server");

const undoneOf = (card) => (isForeign(card) ? "Nothing has been done." : UNDONE[card.effect]);

const STATES = {
  pending: (card) => (
    <>
      Waits for you. {undoneOf(card)} Runs out <Until at={card.expires} />.
    </>
  ),
  approved: ({ rule }) => (rule ? "Allowed by a permission of yours." : "Allowed by you."),
  executing: () => "Allowed. It is being done…",
};

const State = ({ card }) => <p className="approval-state">{STATES[card.status]?.(card)}</p>;

const Until = ({ at }) => <time dateTime={at}>{weekdayOf(at)}</time>;
