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
 * Loads earlier pages until the message is there, and shows it; one that stands on another branch
 * brings that branch with it. conversation: as it is drawn.
 * Returns {lit, problem, forget}: the message that is pointed out, why there is none, and the way
 * to dismiss that.
 */
export function useJump(id, conversation, scroll) {
  const { wanted, visit } = useWanted(id);
  const [lit, setLit] = useState("");
  const [problem, setProblem] = useState("");
  const run = useRef({});

  useLayoutEffect(() => {
    if (!wanted || conversation.status !== "ready") return;
    if (run.current.visit !== visit) run.current = { visit, pages: 0, held: -1, over: false };
    const next = run.current.over ? "wait" : step(id, wanted, run.current);
    if (next === "wait") return;
    run.current.over = next !== "turn";
    if (next === "turn") return turn(id, wanted, run.current, setProblem);
    if (next !== "show") return setProblem(WHY[next]);
    scroll.current.show(document.getElementById(anchorOf(wanted)));
    setLit(wanted);
  }, [id, conversation, wanted, visit]);
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

/** Another branch is to be shown, on which the message stands. */
function turn(id, wanted, run, say) {
  run.turned = true;
  showVersion(id, wanted).then(say);
}

/**
 * One step towards the message: show it, turn to its branch, wait for what is on its way, or say
 * why it is not there.
 */
function step(id, wanted, run) {
  if (document.getElementById(anchorOf(wanted))) return "show";
  const { messages, earlier, loadingEarlier } = store.conversation(id);
  if (loadingEarlier || messages.some((message) => message.id === wanted)) return "wait";
  if (!earlier) return run.turned ? "wait" : "turn";
  if (messages.length === run.held) return "away";
  if (run.pages === PAGES_AT_MOST) return "far";
  Object.assign(run, { pages: run.pages + 1, held: messages.length });
  store.loadEarlier(id, PAGE);
  return "wait";
}
