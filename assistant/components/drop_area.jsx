// Files may be dropped anywhere on the page. While some are dragged over it, it says so.
import { useEffect, useRef, useState } from "react";
import { droppedIn, holdsFiles } from "./given.js";
import { Icon } from "./icons.jsx";

export function DropArea({ onFiles }) {
  const [over, setOver] = useState(false);
  const latest = useRef(onFiles);
  latest.current = onFiles;
  useEffect(() => {
    const listeners = {
      dragover: (event) => taken(event) && setOver(true),
      dragleave: (event) => event.relatedTarget ?? setOver(false), // it has left the window
      drop(event) {
        setOver(false);
        if (taken(event)) latest.current(droppedIn(event.dataTransfer));
      },
    };
    const each = Object.entries(listeners);
    each.forEach(([name, listener]) => window.addEventListener(name, listener));
    return () => each.forEach(([name, listener]) => window.removeEventListener(name, listener));
  }, []);
  if (!over) return null;
  return (
    <div className="drop-area" data-testid="drop-area">
      <p>
        <Icon name="clip" size={20} />
        Drop files to attach them
      </p>
    </div>
  );
}

/** Else the browser would leave the page for the file. */
function taken(event) {
  if (!holdsFiles(event.dataTransfer)) return false;
  event.preventDefault();
  return true;
}
