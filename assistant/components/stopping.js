// Stop, said to the server until it has heard.
import { isFinal, signedOut } from "./api.js";
import { fetchSigned } from "./session.js";

const FIRST_WAIT_MS = 250;
const LAST_WAIT_MS = 5_000;
const ATTEMPT_MS = 10_000;
const ATTEMPTS = 70; // five minutes, which no turn outlives

/**
 * seen: the number of the last event shown, 0 for nothing, -1 for what did not come by the stream.
 * isOver(): the turn has ended by itself. sleep(ms): waits. Resolves to false when the server will
 * not stop the turn.
 */
export async function stopTurn(turn, seen, isOver, sleep = waiting) {
  for (let attempt = 0; attempt < ATTEMPTS && !isOver(); attempt++) {
    const { status, pause } = await ask(turn, seen);
    if (status === 401) signedOut();
    if (status < 300 || isFinal(status)) return status < 300;
    const wait = Math.min(LAST_WAIT_MS, FIRST_WAIT_MS * 2 ** attempt);
    await sleep(Math.max(pause, wait));
  }
  return isOver();
}

const waiting = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/** status: of the answer, 503 where none came. pause: how long the server asks for, in ms. */
async function ask(turn, seen) {
  const url = `/api/turns/${encodeURIComponent(turn)}/stop?seen=${seen}`;
  const signal = AbortSignal.timeout(ATTEMPT_MS);
  const options = { method: "POST", keepalive: true, signal };
  const response = await fetchSigned(url, options).catch(() => null);
  const seconds = Number(response?.headers.get("Retry-After")) || 0;
  return { status: response?.status ?? 503, pause: Math.min(LAST_WAIT_MS, seconds * 1000) };
}
