// The files beside what is being typed in a conversation, and what is said about them.
import { useLayoutEffect, useSyncExternalStore } from "react";
import { attach, attachedTo, openFiles, subscribe } from "./attached.js";
import { isSending } from "./chat_store.js";
import { draftOf, unsent } from "./drafts.js";

const COMING = new Set(["waiting", "sending"]);

/** Why a message cannot be sent with these files now, "" where it can. */
export function hindranceIn(files) {
  const coming = files.filter(({ state }) => COMING.has(state)).length;
  const failed = files.filter(({ state }) => state === "failed").length;
  if (coming === 1) return "Waiting for a file to be uploaded. Your text is kept.";
  if (coming) return `Waiting for ${coming} files to be uploaded. Your text is kept.`;
  if (failed === 1) return "A file was not uploaded. Remove it, or try again.";
  return failed ? `${failed} files were not uploaded. Remove them, or try again.` : "";
}

/** The files of a send that a reload cut off. They may be in a message: nothing of them is deleted. */
function lostWith(id) {
  const sent = unsent();
  if (sent?.conversation !== id || isSending(id) || draftOf(id)) return [];
  return Array.isArray(sent.files) ? sent.files.map((file) => ({ ...file, fresh: false })) : [];
}

/** [files, add]. limits: those of the composer's props. say: what becomes of too many. */
export function useFiles(id, { mostFiles, fileBytes: bytes, tooLarge }, say) {
  const files = useSyncExternalStore(subscribe, () => attachedTo(id), () => attachedTo(""));
  useLayoutEffect(() => openFiles(id, lostWith(id)), [id]);
  const add = (given) => {
    const room = Math.max(mostFiles - attachedTo(id).length, 0);
    attach(id, given.slice(0, room), { bytes, tooLarge });
    const left = given.length - room;
    const were = left === 1 ? "one was" : `${left} were`;
    say(left > 0 ? `A message takes ${mostFiles} files: ${were} left out.` : "");
  };
  return [files, add];
}
