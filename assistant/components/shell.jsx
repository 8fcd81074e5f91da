// The frame of the signed-in app. On a phone the sidebar is a drawer, which this opens and closes.
import { useEffect, useState } from "react";
import { useLocation } from "react-router";
import { Icon } from "./icons.jsx";
import { useWaiting } from "./waiting_list.jsx";

const TOGGLE = "assistant:drawer";

/** Children: the sidebar, then the main part. */
export function Shell({ children }) {
  const [open, setOpen] = useState(false);
  const { key } = useLocation();
  useEffect(() => setOpen(false), [key]);
  useEffect(() => {
    const toggle = () => setOpen((was) => !was);
    const escape = (event) => event.key === "Escape" && setOpen(false);
    window.addEventListener(TOGGLE, toggle);
    window.addEventListener("keydown", escape);
    return () => {
      window.removeEventListener(TOGGLE, toggle);
      window.removeEventListener("keydown", escape);
    };
  }, []);
  return (
    <div className={open ? "app open" : "app"}>
      {children}
      <div className="scrim" onClick={() => setOpen(false)} />
    </div>
  );
}

export function DrawerButton() {
  const waits = useWaiting().length > 0;
  return (
    <button
      type="button"
      className="icon-button drawer-button"
      aria-label={waits ? "Conversations, and what waits for you" : "Conversations"}
      onClick={() => window.dispatchEvent(new Event(TOGGLE))}
    >
      <Icon name="menu" size={20} />
      {waits && <span className="dot" />}
    </button>
  );
}
