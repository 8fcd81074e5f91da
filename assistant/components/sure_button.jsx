// A button that asks once more before it acts, in its own place.
import { useEffect, useRef, useState } from "react";

/** question: what the user is to think about. yes: the word of the button that acts. */
export function SureButton({ label, name, question, yes, onYes }) {
  const [asking, setAsking] = useState(false);
  const button = useRef(null);
  const no = useRef(null);
  const wasAsking = useRef(false);
  useEffect(() => {
    if (asking) no.current.focus();
    else if (wasAsking.current) button.current.focus();
    wasAsking.current = asking;
  }, [asking]);
  if (!asking) {
    return (
      <button
        type="button"
        className="button"
        ref={button}
        aria-label={name}
        onClick={() => setAsking(true)}
      >
        {label}
      </button>
    );
  }
  const act = () => {
    setAsking(false);
    onYes?.();
  };
  return (
    <div
      className="sure-line"
      role="group"
      aria-label={question}
      onKeyDown={(event) => event.key === "Escape" && setAsking(false)}
    >
      <p>{question}</p>
      <button type="button" className="button" ref={no} onClick={() => setAsking(false)}>
        Cancel
      </button>
      <button type="button" className="button danger" onClick={act}>
        {yes}
      </button>
    </div>
  );
}
