// Asking anew from a conversation: editing, trying again, and turning to another version.
import { useEffect, useLayoutEffect, useMemo, useRef, useState } from "react";
import { announce } from "./announcements.js";
import * as anew from "./asked_anew.js";
import * as store from "./chat_store.js";
import { forgetJump } from "./use_jump.js";
import { newKey } from "./use_send.js";
import { whenTold } from "./use_told.js";
import { idOf, showVersion, turningIn } from "./versions.js";

const WRITING = "The answer is still being written. Stop it, or wait for its end.";
const UNKNOWN = "This message could not be loaded. Check your connection, and try again.";
const SETTLING = 2; // drawings until old messages have their real height

/**
 * What may be done with the messages of a conversation; the same object at every drawing.
 * handlers: {onRegenerate, onEdit, maxLength}. tell(words): says what hinders.
 */
export function useAsking(id, handlers, tell) {
  const latest = useRef({});
  latest.current = { id, handlers, tell };
  const asking = useMemo(() => {
    const now = () => latest.current;
    const isWriting = () => {
      const writing = store.runningTurn(now().id) !== "" || store.isSending(now().id);
      if (writing) now().tell(WRITING);
      return writing;
    };
    const regenerate = (message, model = "", key = newKey()) => {
      if (isWriting()) return;
      anew.ask(message, key, model);
      now().handlers.onRegenerate?.(message, model, key);
    };
    const save = (message, words, key = newKey()) => {
      if (isWriting()) return;
      anew.ask(message, key);
      now().handlers.onEdit?.(message, words, key);
    };
    const edit = async (message, words) => {
      if (isWriting()) return;
      const known = await idOf(now().id, message);
      if (known) anew.edit(known, words);
      else now().tell(UNKNOWN);
    };
    const turn = async (message, from) => {
      if (isWriting()) return;
      forgetJump();
      now().tell(await showVersion(now().id, message, from));
    };
    return { regenerate, save, edit, turn, maxLength: () => now().handlers.maxLength ?? Infinity };
  }, []);
  useInNewSession(asking);
  return asking;
}

/** What the session before did not take is wished in the new one. */
function useInNewSession({ regenerate, save }) {
  useEffect(() => {
    const again = () => {
      for (const [message, { words, model, key }] of anew.onTheirWay())
        whenTold(key, () =>
          words === undefined ? regenerate(message, model, key) : save(message, words, key),
        );
    };
    window.addEventListener("assistant:signed-in", again);
    return () => window.removeEventListener("assistant:signed-in", again);
  }, []);
}

/** What the server says to wishes: {acknowledged, refused}. The new branch is then shown to its end. */
export function useOutcomes(conversation, id, { acknowledged, refused }, scroll) {
  const begun = useRef(false);
  useLayoutEffect(() => {
    for (const { key } of acknowledged ?? []) {
      if (!anew.taken(key)) continue;
      begun.current = true;
      forgetJump();
      announce("Answering…");
    }
  }, [acknowledged]);
  useEffect(() => {
    for (const { key, message } of refused ?? []) anew.refused(key, message);
  }, [refused]);
  useLayoutEffect(() => {
    if (!begun.current || !store.runningTurn(id)) return;
    begun.current = false;
    scroll.current.follow();
  }, [conversation, id]);
}

/** What was pressed to turn to another version stays where it stands, and keeps the focus. */
export function useTurning(conversation, id, scroll, anchorOf) {
  const [shown, setShown] = useState(null);
  useLayoutEffect(() => {
    const turning = turningIn(id);
    const arrow = turning?.side && arrowIn(turning, anchorOf);
    if (!arrow || shown === turning) return undefined;
    const { at, of } = conversation.messages.find(({ id: one }) => one === turning.message).versions;
    announce(`Version ${at} of ${of}`);
    arrow.focus({ preventScroll: true });
    setShown(turning);
    return hold(scroll, arrow, turning.top, SETTLING);
  }, [conversation, id]);
}

const arrowIn = ({ message, side }, anchorOf) =>
  document.getElementById(anchorOf(message))?.querySelector(`.versions [data-side=${side}]`);

function hold(scroll, arrow, top, times) {
  if (!arrow.isConnected) return;
  scroll.current.hold(arrow, top);
  if (times) requestAnimationFrame(() => hold(scroll, arrow, top, times - 1));
}
