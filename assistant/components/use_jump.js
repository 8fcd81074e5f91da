// To one message of a conversation, which the address names: /chat/<conversation>?m=<message>.
import { useEffect, useLayoutEffect, useRef, useState } from "react";
import { useLocation } from "react-router";
import * as store from "./chat_store.js";
import { showVersion } from "./versions.js";

const PAGE = 100;
const PAGES_AT_MOST = 20;
const LIT_MS = 4_000;

const WHY = {
  far: "This message is very far back. “Load earlier messages” leads to it.",
  away: "The message could not be loaded. Check your connection, and choose it again.",
};

/** Another branch is wished now: a reload must not lead back to the message in the address. */
export const forgetJump = () =>
  location.search && history.replaceState(history.state, "", location.pathname);

/** The id of a message's element. */
export const anchorOf = (message) => `m-${message}`;

/**
 * Shows the message. One that the page does not hold is asked for: it brings the branch that it
 * stands on, if that is another one, and earlier pages are loaded until it is there.
 * conversation: as it is drawn.
 * Returns {lit, problem, forget}: the message that is pointed out, why there is none, and the way
 * to dismiss that.
 */
export function useJump(id, conversation, scroll) {
  const { wanted, visit } = useWanted(id);
  const [lit, setLit] = useState("");
  const [problem, setProblem] = useState("");
  const [turns, setTurns] = useState(0);
  const run = useRef({});

  useLayoutEffect(() => {
    if (!wanted || conversation.status !== "ready") return;
    if (run.current.visit !== visit) run.current = { visit, pages: 0, held: -1, over: false };
    const next = run.current.over ? "wait" : step(id, wanted, run.current);
    if (next === "wait") return;
    if (next === "turn") {
      turn(id, wanted, run.current, setProblem).then(() => setTurns((count) => count + 1));
      return;
    }
    run.current.over = true;
    if (next !== "show") return setProblem(WHY[next]);
    scroll.current.show(document.getElementById(anchorOf(wanted)));
    setLit(wanted);
  }, [id, conversation, wanted, visit, turns]);
  useEffect(() => {
    const timer = lit && setTimeout(() => setLit(""), LIT_MS);
    return () => clearTimeout(timer);
  }, [lit]);

  return { lit, problem, forget: () => setProblem("") };
}

/** Until the server's state is there too, the address speaks of another conversation. */
function useWanted(id) {
  const { pathname, search, key } = useLocation();
  const isHere = id !== "" && pathname.split("/")[2] === id;
  return { wanted: (isHere && new URLSearchParams(search).get("m")) || "", visit: key };
}

/** The branch on which the message stands is to be shown, or is already. */
async function turn(id, wanted, run, say) {
  run.asked = run.turning = true;
  const why = await showVersion(id, wanted, { away: WHY.away });
  run.turning = false;
  run.over = why !== "";
  say(why);
}

/**
 * One step towards the message: show it, turn to its branch, wait for what is on its way, or say
 * why it is not there.
 */
function step(id, wanted, run) {
  if (document.getElementById(anchorOf(wanted))) return "show";
  const { messages, earlier, loadingEarlier } = store.conversation(id);
  if (run.turning || loadingEarlier || messages.some((one) => one.id === wanted)) return "wait";
  if (!run.asked) return "turn"; // else all of the branch that is shown would be loaded in vain
  if (!earlier) return "wait";
  if (messages.length === run.held) return "away";
  if (run.pages === PAGES_AT_MOST) return "far";
  Object.assign(run, { pages: run.pages + 1, held: messages.length });
  store.loadEarlier(id, PAGE);
  return "wait";
}
