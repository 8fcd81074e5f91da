// Recovery codes, shown once: to copy, to download, to write down.
import { useEffect, useRef } from "react";
import { CopyButton } from "./copy_button.jsx";

const FILE = "assistant-recovery-codes.txt";
const HEAD = "Recovery codes of your assistant. Each stands in for your phone once.";

export function RecoveryCodes({ codes, onDone }) {
  const title = useRef(null);
  useEffect(() => title.current.focus(), []);
  const text = () => [HEAD, "", ...codes, ""].join("\n");
  return (
    <div className="kept" data-testid="recovery-codes">
      <h3 ref={title} tabIndex={-1}>Keep these ten codes</h3>
      <p>They let you in when your phone is lost, each once. They are shown only now.</p>
      <ol>
        {codes.map((code) => <li key={code}><code>{code}</code></li>)}
      </ol>
      <div className="asked">
        <button type="button" className="button primary" onClick={onDone}>I have kept them</button>
        <button type="button" className="button" onClick={() => save(text())}>Download</button>
        <CopyButton text={text} className="button" />
      </div>
    </div>
  );
}

function save(text) {
  const address = URL.createObjectURL(new Blob([text], { type: "text/plain" }));
  Object.assign(document.createElement("a"), { href: address, download: FILE }).click();
  setTimeout(() => URL.revokeObjectURL(address)); // the browser has begun to read by then
}
