// Signing in over the page, which stays as it is: the session's time was up.
import { useEffect, useRef, useState } from "react";
import { CodeForm } from "./code_form.jsx";
import { standing } from "./session.js";
import { onSignedIn, tellSignedIn } from "./signed_in.js";
import { isStillTheirs } from "./user_mark.js";
import { AWAY, errorIn, useWaysIn, WaysIn } from "./ways_in.jsx";

const NEXT = "/signed-in"; // a small page of ours, which tells this one
const WINDOW = "popup,width=480,height=720";
const SILENT = "The server does not answer. What you wrote is kept; try again in a moment.";
const ELSEWHERE = "Sign in in the window that has opened. This page goes on by itself then.";
const PAUSE_MS = 1_000;
const NOTHING = new URLSearchParams();

/** onIn(): the same user is signed in again. onLeave(): signing in on its own page is wanted. */
export function SignInAgain({ onIn, onLeave }) {
  const dialog = useModal();
  const ways = useWaysIn();
  const [said, setSaid] = useState({ asked: NOTHING, problem: "", half: false, waits: "" });
  const say = (patch) => setSaid((now) => ({ ...now, ...patch }));
  const { look, submit, busy } = useSigning(say, () => {
    dialog.current.dataset.done = "yes";
    dialog.current.close(); // gives the focus back to where it was
    onIn();
  });
  useEffect(() => onSignedIn(look), []);
  useFirstFocus(dialog, ways, said);
  const error = said.problem || (ways?.away && AWAY) || (!said.half && errorIn(said.asked));
  return (
    <dialog
      ref={dialog}
      className="dialog again"
      data-testid="sign-in-again"
      tabIndex={-1}
      aria-labelledby="again-title"
      aria-describedby="again-words"
      aria-busy={busy}
    >
      <h2 id="again-title">Your session has ended</h2>
      <p id="again-words">Sign in again to go on. What you wrote is kept.</p>
      {error && <p className="error" role="alert">{error}</p>}
      {said.half ? (
        <CodeForm asked={said.asked} onSubmit={submit} />
      ) : (
        <WaysIn ways={ways} next={here()} onFollow={inWindow(say)} onSubmit={submit} />
      )}
      <p role="status" className={said.waits ? "" : "unseen"}>{said.waits}</p>
      <button type="button" className="quiet-button" onClick={onLeave}>
        To the sign-in page
      </button>
    </dialog>
  );
}

const here = () => location.pathname + location.search;

/** Shown above all else, and not to be dismissed: the page below could do nothing. */
function useModal() {
  const dialog = useRef(null);
  useEffect(() => {
    const { current } = dialog;
    const show = () => current.dataset.done || !current.isConnected || current.showModal();
    const stay = (event) => event.preventDefault();
    current.addEventListener("cancel", stay);
    current.addEventListener("close", show); // browsers let nobody hold back a second Escape
    show();
    return () => {
      current.removeEventListener("cancel", stay);
      current.removeEventListener("close", show);
    };
  }, []);
  return dialog;
}

/**
 * What is to be done first has the focus, once it is known, and again after each try. Where somebody
 * is just typing it waits for a pause: the rest of a sentence would be a name, and Enter would send it.
 */
function useFirstFocus(dialog, ways, { half, asked }) {
  const mayType = useRef(document.activeElement.matches("input, textarea"));
  useEffect(() => {
    const { current } = dialog;
    const first = current.querySelector("input:not([type=hidden]), a, button");
    if (!mayType.current || half || asked !== NOTHING) return first.focus();
    current.focus();
    return afterPause(() => document.activeElement === current && first.focus());
  }, [ways, half, asked]);
}

/** Calls it once no key was pressed for a while; returns what calls that off. */
function afterPause(call) {
  const wait = () => setTimeout(call, PAUSE_MS);
  let timer = wait();
  const again = () => {
    clearTimeout(timer);
    timer = wait();
  };
  addEventListener("keydown", again, true);
  return () => {
    clearTimeout(timer);
    removeEventListener("keydown", again, true);
  };
}

/**
 * look(): finds out whether somebody is signed in by now. submit(event): sends a form without
 * leaving the page; what it says of itself is in the address that it leads to.
 */
function useSigning(say, onSame) {
  const [busy, setBusy] = useState(false);
  const look = async () => {
    const found = await standing().catch(() => "");
    if (found && !isStillTheirs()) return location.reload(); // nothing of the one before stays
    if (found === "in") return onSame();
    if (found === "elsewhere") return location.reload();
    return say(found ? { half: found === "half" } : { problem: SILENT });
  };
  const submit = async (event) => {
    event.preventDefault();
    if (busy) return;
    setBusy(true);
    say(await outcomeOf(event.target).catch(() => ({ problem: SILENT })));
    await look();
    setBusy(false);
    tellSignedIn();
  };
  return { look, submit, busy };
}

async function outcomeOf(form) {
  const fields = new FormData(form);
  fields.set("next", NEXT);
  const body = new URLSearchParams(fields);
  const headers = { Accept: "application/json" };
  const response = await fetch(form.action, { method: "POST", body, headers });
  if (response.ok) return { asked: new URL(response.url).searchParams, problem: "" };
  return { problem: (await response.json()).error ?? SILENT };
}

/** A provider's page opens beside this one; where browsers forbid that, the link leads there. */
const inWindow = (say) => (event) => {
  if (matchMedia("(display-mode: standalone)").matches) return; // it would not come back from there
  const address = new URL(event.currentTarget.href);
  address.searchParams.set("next", NEXT);
  if (!window.open(address, "_blank", WINDOW)) return;
  event.preventDefault();
  say({ waits: ELSEWHERE, problem: "" });
};
