// A quiet line above every page while a payment is due. Who closes it has seen it, for this visit.
import { useEffect, useState } from "react";
import { useLocation } from "react-router";
import { Icon } from "./icons.jsx";

const SEEN = "assistant:payment-due";
const BILLING = "/billing"; // says all of it itself

/** text: a sentence, "" while nothing is due. */
export function PaymentDue({ text }) {
  const { pathname } = useLocation();
  const [seen, setSeen] = useState("");
  useEffect(() => setSeen(attempt(() => sessionStorage.getItem(SEEN))), []);
  const close = () => {
    attempt(() => sessionStorage.setItem(SEEN, text));
    setSeen(text);
  };
  const shown = text && text !== seen && !pathname.startsWith(BILLING);
  return (
    <div role="status">
      {shown ? (
        <div className="payment-due" data-testid="payment-due">
          <p>{text}</p>
          <a href={BILLING} className="link">See billing</a>
          <button type="button" className="icon-button" aria-label="Close for now" onClick={close}>
            <Icon name="cross" size={16} />
          </button>
        </div>
      ) : null}
    </div>
  );
}

function attempt(access) {
  try {
    return access();
  } catch {
    return null; // a browser that forbids storage shows it on each page
  }
}
