// Sending: the words are on the page at once, and come back if the server does not take them.
import { useEffect, useLayoutEffect } from "react";
import * as store from "./chat_store.js";
import { draftOf, keepDraft, unsent } from "./drafts.js";

/** A key that names this send for good: sent twice, it is still one turn. */
export function newKey() {
  if (crypto.randomUUID) return crypto.randomUUID();
  // Plain http from another machine is no secure context, and has no randomUUID.
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** A send that a reload cut off keeps its key, if its words are the same. */
function keyFor(id, text) {
  const sent = unsent();
  return sent && sent.conversation === id && sent.text === text ? sent.key : newKey();
}

/** Returns send(text). props: those of the composer; takeBack(text, why) after a refusal. */
export function useSend(id, { acknowledged, refused, onSend }, takeBack) {
  // Several may come in one drawing, and some a second time: the store knows which it waits for.
  useLayoutEffect(() => {
    for (const { key, conversation, turn } of acknowledged ?? [])
      store.acknowledge(key, conversation, turn);
  }, [acknowledged]);

  useEffect(() => {
    for (const { key, message } of refused ?? []) {
      const sent = store.refuse(key);
      if (sent?.conversation === id) takeBack(sent.text, message);
      else if (sent) keepDraft(sent.conversation, draftOf(sent.conversation) || sent.text);
    }
  }, [refused]);

  const deliver = (text, key) => {
    store.send(id, text, key);
    onSend(id, text, key);
  };
  useEffect(() => {
    const again = ({ detail: key }) => deliver(store.textOf(key), key);
    window.addEventListener("assistant:resend", again);
    return () => window.removeEventListener("assistant:resend", again);
  });
  return (text) => deliver(text, keyFor(id, text));
}
