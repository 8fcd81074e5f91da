// Takes back what a call has done, where that can be.
import { useState } from "react";
import { announce } from "./announcements.js";
import { postValue } from "./api.js";
import { reread } from "./chat_store.js";

const UNKNOWN = "No answer came, so it is not known whether this was undone. Try again, it is undone once at most.";

/** execution: which call, as the log of calls knows it. message: the one that it stands in. */
export function UndoCall({ execution, message }) {
  const [sending, setSending] = useState(false);
  const [problem, setProblem] = useState("");
  const undo = async () => {
    if (sending) return;
    setSending(true);
    const why = await postValue(`/api/undo/${execution}`, {}, UNKNOWN).then(
      ({ said }) => announce(said),
      (error) => error.message,
    );
    await reread(message);
    setProblem(why ?? "");
    setSending(false);
  };
  return (
    <>
      <button
        type="button"
        className="quiet-button undo-call"
        data-testid="undo-call"
        aria-disabled={sending}
        onClick={undo}
      >
        {sending ? "Undoing…" : "Undo"}
      </button>
      <div role="alert">{problem && <p className="error">{problem}</p>}</div>
    </>
  );
}
