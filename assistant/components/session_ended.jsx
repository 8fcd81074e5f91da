// The session is over: signing in is asked for over the page where its time was up, else the page
// is left. Who signed out, here or from another device, leaves nothing on the screen.
import { useEffect, useState } from "react";
import { createPortal } from "react-dom";
import { signedOut } from "./api.js";
import { signInAddress, standing } from "./session.js";
import { isStillTheirs } from "./user_mark.js";

const leave = () => location.assign(signInAddress());

/** told: the server has refused an event of this page because nobody is signed in. */
export function SessionEnded({ told }) {
  const [Dialog, setDialog] = useState(null);
  useEffect(() => {
    if (told) signedOut();
  }, [told]);
  useEffect(() => {
    const ask = () =>
      import("./sign_in_again.jsx").then((module) => setDialog(() => module.SignInAgain), leave);
    const hear = () => decide(ask);
    window.addEventListener("assistant:signed-out", hear);
    return () => window.removeEventListener("assistant:signed-out", hear);
  }, []);
  const goOn = () => {
    setDialog(null);
    tellGoesOn();
  };
  return Dialog && createPortal(<Dialog onIn={goOn} onLeave={leave} />, document.body);
}

/** Those who read anew, and send again, hear this. */
const tellGoesOn = () => window.dispatchEvent(new CustomEvent("assistant:signed-in"));

const AGAIN_MS = 3_000;
let later = 0;

async function decide(ask) {
  clearTimeout(later);
  const found = await standing().catch(() => "");
  if (!found) return decideLater(ask);
  if (found === "out") return leave();
  if (!isStillTheirs()) return found === "out of time" ? leave() : location.reload();
  if (found === "out of time") return ask();
  if (found === "in") return tellGoesOn();
  location.reload(); // the server knows where
}

/** What cannot be known now is asked again: no line may be left whose refusal would tell. */
function decideLater(ask) {
  clearTimeout(later);
  later = setTimeout(decide, AGAIN_MS, ask);
}
