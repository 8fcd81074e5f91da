// Sending: the words are on the page at once, and come back if the server does not take them.
import { useEffect, useLayoutEffect } from "react";
import { putBack } from "./attached.js";
import * as store from "./chat_store.js";
import { draftOf, keepDraft, unsent } from "./drafts.js";
import { useArrival } from "./use_address.js";
import { whenTold } from "./use_told.js";

/** A key that names this send for good: sent twice, it is still one turn. */
export function newKey() {
  if (crypto.randomUUID) return crypto.randomUUID();
  // Plain http from another machine is no secure context, and has no randomUUID.
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** A send that a reload cut off keeps its key, if its words and files are the same. */
function keyFor(id, text, files) {
  const sent = unsent();
  const same = sent?.conversation === id && sent.text === text;
  return (same && `${idsOf(sent.files ?? [])}` === `${idsOf(files)}` && sent.key) || newKey();
}

const idsOf = (files) => files.map((file) => file.id);

/** Returns send(text, files). props: those of the composer; takeBack(text, why) after a refusal. */
export function useSend(id, { conversationId, acknowledged, refused, onSend }, takeBack) {
  const { leave, arrive } = useArrival();
  // Several may come in one drawing, and some a second time: the store knows which it waits for.
  useLayoutEffect(() => {
    for (const { key, conversation, turn } of acknowledged ?? []) {
      const sent = store.acknowledge(key, conversation, turn);
      if (sent?.conversation === "") arrive(conversation, conversationId === conversation);
    }
  }, [acknowledged]);

  useEffect(() => {
    for (const { key, message } of refused ?? []) {
      const sent = store.refuse(key);
      if (sent) putBack(sent.conversation, sent.files);
      if (sent?.conversation === id) takeBack(sent.text, message);
      else if (sent) keepDraft(sent.conversation, draftOf(sent.conversation) || sent.text);
    }
  }, [refused]);

  const deliver = (text, key, files) => {
    leave();
    store.send(id, text, key, files);
    whenTold(key, () => onSend(id, text, key, idsOf(files)));
  };
  useEffect(() => {
    const again = ({ detail: key }) => {
      const sent = store.sentAs(key);
      if (sent?.conversation === id) deliver(sent.text, key, sent.files);
    };
    const inNewSession = () => store.sendsIn(id).forEach((detail) => again({ detail }));
    window.addEventListener("assistant:resend", again);
    window.addEventListener("assistant:signed-in", inNewSession);
    return () => {
      window.removeEventListener("assistant:resend", again);
      window.removeEventListener("assistant:signed-in", inNewSession);
    };
  });
  return (text, files) => deliver(text, keyFor(id, text, files), files);
}
