// Asking the server while somebody types: not at every key, and only the last question counts.
import { useEffect, useState } from "react";
import { postJson } from "./api.js";

const CALM_MS = 120;
const NOTHING = { words: "", answer: null, failed: false };

/**
 * {answer, failed, waiting, again}: the last answer stays while the next is awaited. answer is null
 * while nothing is asked for, and until the first has come.
 */
export function useSearch(query) {
  const words = query.trim().toWellFormed?.() ?? query.trim();
  const [heard, setHeard] = useState(NOTHING);
  const [attempt, setAttempt] = useState(0);
  useEffect(() => {
    if (!words) {
      setHeard(NOTHING);
      return undefined;
    }
    const leaving = new AbortController();
    const hear = (told) => leaving.signal.aborted || setHeard({ words, ...told });
    const ask = () =>
      postJson("/api/search", { q: words }, leaving.signal).then(
        (answer) => hear({ answer, failed: false }),
        () => hear({ answer: null, failed: true }),
      );
    const timer = setTimeout(ask, CALM_MS);
    return () => {
      clearTimeout(timer);
      leaving.abort();
    };
  }, [words, attempt]);
  const again = () => {
    setHeard(NOTHING);
    setAttempt(attempt + 1);
  };
  return { ...heard, waiting: heard.words !== words, again };
}
