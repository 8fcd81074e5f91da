// The text of the composer: one for each conversation, kept while it is not sent.
import { useEffect, useLayoutEffect, useRef, useState } from "react";
import { isSending } from "./chat_store.js";
import { draftOf, keepDraft, unsent } from "./drafts.js";

const KEEP_MS = 300;

/** The draft, or the words of a send that a reload cut off before the server said yes. */
function startOf(id) {
  const sent = unsent();
  const lost = sent && sent.conversation === id && !isSending(id) ? sent.text : "";
  return draftOf(id) || lost;
}

/**
 * [text, setText] of the conversation. Whatever is typed is in storage 300 ms later. field: a ref;
 * the page is shown before its scripts have come, and what was typed in it by then is kept, too.
 */
export function useDraft(id, field) {
  const [text, setText] = useState("");
  const isFirst = useRef(true);
  const latest = useRef("");
  const kept = useRef("");
  latest.current = text;
  // What was not touched here may have been written on in another tab.
  const keep = () => {
    if (latest.current !== kept.current) keepDraft(id, latest.current);
    kept.current = latest.current;
  };

  useLayoutEffect(() => {
    kept.current = draftOf(id);
    const early = isFirst.current ? field.current.value : "";
    isFirst.current = false;
    // A browser may have filled in what it had there before, which is the draft itself.
    setText([...new Set([startOf(id), early])].filter(Boolean).join("\n"));
    window.addEventListener("pagehide", keep);
    return () => {
      window.removeEventListener("pagehide", keep);
      keep();
    };
  }, [id]);
  useEffect(() => {
    const taken = ({ detail: sent }) =>
      sent.conversation === id && setText((typed) => (typed === sent.text ? "" : typed));
    window.addEventListener("assistant:taken", taken);
    return () => window.removeEventListener("assistant:taken", taken);
  }, [id]);
  useEffect(() => {
    const timer = setTimeout(keep, KEEP_MS);
    return () => clearTimeout(timer);
  }, [id, text]);

  return [text, setText];
}
