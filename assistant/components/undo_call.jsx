// Takes back what a call has done, where that can be.
import { useRef, useState } from "react";
import { announce } from "./announcements.js";
import { postValue } from "./api.js";
import { reread } from "./chat_store.js";
import { ToolLine } from "./tool_line.jsx";
import { useHeldFocus } from "./use_held_focus.js";

const UNKNOWN = "No answer came, so it is not known whether this was undone. Try again, it is undone once at most.";

/** A call that nobody had to be asked for. over: its answer is, so that the log knows of it. */
export function OwnCall({ call, message, over }) {
  const frame = useRef(null);
  const holdFocus = useHeldFocus(frame, call.execution);
  return (
    <div className="waiting-call settled tool" ref={frame} onClickCapture={holdFocus}>
      <ToolLine call={call} />
      {over && call.execution && <UndoCall execution={call.execution} message={message} />}
    </div>
  );
}

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
