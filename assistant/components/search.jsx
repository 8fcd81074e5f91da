// The button that opens the search, and Ctrl or Cmd and K. The dialog itself comes when it is asked for.
import { useEffect, useState, useSyncExternalStore } from "react";
import { createPortal } from "react-dom";
import { Icon } from "./icons.jsx";
import { isSomethingOpen, onShortcut } from "./keyboard.js";
import { Toast } from "./toast.jsx";

const AWAY = "The search could not be loaded. Check your connection, and try again.";
const SAID_SECONDS = 8;

let coming = null;

/** Fetches the dialog's code, once. */
function load() {
  coming ??= import("./search_dialog.jsx").catch((error) => {
    coming = null;
    throw error;
  });
  return coming;
}

/** groups: the conversations of the sidebar, which stand there until somebody types. */
export function Search({ groups }) {
  const { Dialog, problem, open, close, forget } = useDialog();
  useEffect(() => onShortcut({ search: () => isSomethingOpen() || open() }), []);
  return (
    <>
      <button
        type="button"
        className="search-button"
        data-testid="search"
        aria-haspopup="dialog"
        aria-keyshortcuts="Control+K Meta+K"
        onPointerEnter={() => load().catch(() => {})}
        onClick={open}
      >
        <Icon name="search" />
        Search
        <Shortcut />
      </button>
      {Dialog && createPortal(<Dialog groups={groups} onClose={close} />, document.body)}
      {problem && createPortal(<Toast text={problem} seconds={SAID_SECONDS} onClose={forget} />, document.body)}
    </>
  );
}

function useDialog() {
  const [Dialog, setDialog] = useState(null);
  const [problem, setProblem] = useState("");
  const open = () =>
    load().then(
      (module) => setDialog(() => module.SearchDialog),
      () => setProblem(AWAY),
    );
  return { Dialog, problem, open, close: () => setDialog(null), forget: () => setProblem("") };
}

const never = () => () => {};
const isApple = () => /Mac|iPhone|iPad/.test(navigator.platform);

/** Known in the browser only: the page was built on another machine. */
function Shortcut() {
  const keys = useSyncExternalStore(never, () => (isApple() ? "⌘K" : "Ctrl K"), () => "");
  return <kbd aria-hidden="true">{keys}</kbd>;
}
