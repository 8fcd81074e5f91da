// Enter that was pressed before the scripts had come (early_enter.js): it sends as soon as that can be.
import { useEffect, useLayoutEffect, useRef } from "react";

/**
 * text: what stands in the field. submit(): sends it. Only what Enter was pressed for goes by itself:
 * who has typed on, or finds an older draft before it, is asked to press once more.
 */
export function useEarlyEnter(text, submit) {
  const wished = useRef("");
  useLayoutEffect(() => {
    const { earlyEnter } = window;
    earlyEnter?.heard.abort();
    wished.current = earlyEnter?.text ?? "";
    delete window.earlyEnter;
  }, []);
  useEffect(() => {
    if (text === "") return;
    const isIt = text === wished.current;
    wished.current = "";
    if (isIt) submit();
  }, [text]);
}
