// What the user is about to decide of a call, kept while it is not decided; and the decision itself.
import { useEffect, useRef, useState } from "react";
import { announce } from "./announcements.js";
import { postValue } from "./api.js";
import { typedInto } from "./call_fields.js";
import { reread } from "./chat_store.js";
import { draftOf, keepDraft } from "./drafts.js";

const UNKNOWN =
  "No answer came, so it is not known whether this was heard. What you wrote is kept; try again, it is done once at most.";
const SAID = { allow: "Allowed.", deny: "Not allowed." };
const FRESH = { editing: false, typed: {}, scope: "once", reason: "" };

const nameOf = (card) => `approval:${card.id}`;

function startOf(card) {
  try {
    return { ...FRESH, ...JSON.parse(draftOf(nameOf(card)) || "{}") };
  } catch {
    return FRESH; // it was cut
  }
}

/**
 * {wish, change, faults, sending, problem, allow, deny, undo}. call: its part of a message. wish: what is
 * typed and chosen, {editing, typed, scope, reason}; sending: the verdict that is on its way.
 */
export function useDecision(call, message) {
  const card = call.approval;
  const { wish, change } = useWish(card);
  const [sent, setSent] = useState({ sending: "", problem: "", faults: {} });
  const isSending = useRef(false);

  const decide = async (decision) => {
    if (isSending.current) return;
    isSending.current = true;
    setSent({ sending: decision.verdict, problem: "", faults: {} });
    const problem = await postValue(`/api/approvals/${card.id}`, decision, UNKNOWN).then(
      () => "",
      (error) => error.message,
    );
    if (!problem) announce(SAID[decision.verdict]);
    await reread(message);
    isSending.current = false;
    setSent({ sending: "", problem, faults: {} });
  };
  const allow = () => {
    const { values, faults } = typedInto(call.arguments ?? {}, wish.editing ? wish.typed : {});
    if (Object.keys(faults).length) return setSent({ sending: "", problem: "", faults });
    const changed = JSON.stringify(values) !== JSON.stringify(call.arguments ?? {});
    return decide({
      verdict: "allow",
      shown: card.shown,
      arguments: changed ? values : null,
      scope: wish.scope,
    });
  };
  const refuse = (reason) => decide({ verdict: "deny", shown: card.shown, reason });
  const deny = () => refuse(wish.reason.trim());
  const undo = () => refuse("");
  return { wish, change, allow, deny, undo, ...sent };
}

/** What is typed lies with the drafts until the call is decided: it outlives a new sign-in. */
function useWish(card) {
  const [wish, setWish] = useState(() => startOf(card));
  const isOpen = card.status === "pending";
  useEffect(() => {
    const text = JSON.stringify(wish);
    keepDraft(nameOf(card), isOpen && text !== JSON.stringify(FRESH) ? text : "");
  }, [card.id, isOpen, wish]);
  return { wish, change: (patch) => setWish((before) => ({ ...before, ...patch })) };
}
