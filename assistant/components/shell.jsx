// The frame of the signed-in app. On a phone the sidebar is a drawer, which this opens and closes.
import { useEffect, useRef, useSyncExternalStore } from "react";
import { useLocation } from "react-router";
import { Icon } from "./icons.jsx";
import { signal } from "./signal.js";
import { useWaiting } from "./waiting_list.jsx";

const WIDE = "(min-width: 720px)"; // where the sidebar stands beside the page (shell.css)

const drawer = signal(false);
const useDrawer = () => useSyncExternalStore(drawer.subscribe, drawer.get, () => false);
const close = () => drawer.set(false);

/** Children: the sidebar, then the main part. */
export function Shell({ children }) {
  const open = useDrawer();
  const frame = useRef(null);
  const { key } = useLocation();
  useEffect(close, [key]);
  useEffect(() => {
    const escape = (event) => event.key === "Escape" && close();
    const wide = matchMedia(WIDE);
    wide.addEventListener("change", close);
    window.addEventListener("keydown", escape);
    return () => {
      wide.removeEventListener("change", close);
      window.removeEventListener("keydown", escape);
    };
  }, []);
  useEffect(() => (open ? holdFocus(...frame.current.children) : undefined), [open]);
  return (
    <div className={open ? "app open" : "app"} ref={frame}>
      {children}
      <div className="scrim" onClick={close} />
    </div>
  );
}

/** While the drawer is out, keys and screen readers are in it; then the focus is where it was. */
function holdFocus(sidebar, beside) {
  const before = document.activeElement;
  beside.inert = true;
  sidebar.querySelector("a, button").focus();
  return () => {
    beside.inert = false;
    const { activeElement } = document;
    if (activeElement === document.body || sidebar.contains(activeElement)) before.focus?.();
  };
}

export function DrawerButton() {
  const open = useDrawer();
  const waits = useWaiting().length > 0;
  return (
    <button
      type="button"
      className="icon-button drawer-button"
      aria-label={waits ? "Conversations, and what waits for you" : "Conversations"}
      aria-expanded={open}
      onClick={() => drawer.set(!open)}
    >
      <Icon name="menu" size={20} />
      {waits && <span className="dot" />}
    </button>
  );
}
