// The files beside what is being typed in a conversation, and what is said about them.
import { useLayoutEffect, useSyncExternalStore } from "react";
import { attach, attachedTo, openFiles, subscribe } from "./attached.js";
import { isSending } from "./chat_store.js";
import { draftOf, unsent } from "./drafts.js";

const STARTS = new Set(["waiting", "sending"]);
const counted = (count) => (count === 1 ? "a file" : `${count} files`);

/** Why a message cannot be sent with these files now, "" where it can. */
export function hindranceIn(files) {
  const coming = files.filter(({ state }) => STARTS.has(state)).length;
  if (coming) return `Waiting for ${counted(coming)} to be uploaded. Your text is kept.`;
  const failed = files.filter(({ state }) => state === "failed").length;
  return failed && `${failed === 1 ? "A file was" : `${failed} files were`} not uploaded. Remove ${failed === 1 ? "it" : "them"}, or try again.`;
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
    say(left > 0 ? `A message takes ${mostFiles} files: ${left} ${left === 1 ? "was" : "were"} left out.` : "");
  };
  return [files, add];
}
