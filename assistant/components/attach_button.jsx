// The paperclip: opens the system's own window to choose files.
import { useEffect } from "react";
import { Icon } from "./icons.jsx";

// The window may stay open while a route change replaces the composer: what is chosen then goes to
// the one that stands there, so neither the field nor who takes its files belongs to a button.
let chooser = null;
let receive = null;

function choose() {
  chooser = Object.assign(document.createElement("input"), { type: "file", multiple: true });
  chooser.addEventListener("change", ({ target }) => receive?.([...target.files]));
  chooser.click();
}

export function AttachButton({ onFiles }) {
  useEffect(() => {
    receive = onFiles;
  });
  return (
    <button
      type="button"
      className="icon-button"
      data-testid="attach"
      aria-label="Attach files"
      title="Attach files"
      onClick={choose}
    >
      <Icon name="clip" size={18} />
    </button>
  );
}
