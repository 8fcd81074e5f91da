// Colours for a block of code that is complete, found when the page has nothing else to do.
import { startTransition, useEffect, useState } from "react";
import { isKnown, loadColours } from "./languages.js";

const MOST = 20_000; // characters; longer code stays plain

/** complete: the text will not change any more. Returns its coloured tree (hast), null until then. */
export function useColours(text, language, complete) {
  const [coloured, setColoured] = useState({});
  const wanted = complete && text.length <= MOST && isKnown(language);
  useEffect(() => {
    if (!wanted) return undefined;
    let forget = () => {};
    const gone = new AbortController();
    const show = (tree) => startTransition(() => setColoured({ text, tree }));
    loadColours(language).then(
      (colour) => {
        if (!gone.signal.aborted) forget = whenIdle(() => show(colour(text)));
      },
      () => {}, // plain code can be read too; the next block asks again
    );
    return () => {
      gone.abort();
      forget();
    };
  }, [text, language, wanted]);
  return coloured.text === text ? coloured.tree : null;
}

// Not every browser says when it is idle.
const idle = window.requestIdleCallback ?? ((work) => setTimeout(work, 50));
const waiting = new Set();

/** Does one piece of work for each idle moment, in order. Returns the way to drop it. */
function whenIdle(work) {
  waiting.add(work);
  if (waiting.size === 1) idle(next);
  return () => waiting.delete(work);
}

function next() {
  const [work] = waiting;
  waiting.delete(work);
  work?.();
  if (waiting.size > 0) idle(next);
}
