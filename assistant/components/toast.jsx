// A sentence above the page that goes by itself, with at most one thing to do about it.
import { useEffect, useRef } from "react";

/** text: "" shows nothing. action: the button's word. seconds: how long it stays. */
export function Toast({ text, action, seconds, onAction, onClose }) {
  const close = useRef(onClose);
  close.current = onClose;
  useEffect(() => {
    if (!text) return undefined;
    const timer = setTimeout(() => close.current?.(), seconds * 1000);
    return () => clearTimeout(timer);
  }, [text, seconds]);
  return (
    <div role="status" aria-live="polite">
      {text ? (
        <div className="toast">
          <span>{text}</span>
          {action ? (
            <button type="button" className="quiet-button" onClick={() => onAction?.()}>
              {action}
            </button>
          ) : null}
        </div>
      ) : null}
    </div>
  );
}
