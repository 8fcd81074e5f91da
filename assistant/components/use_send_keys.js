// The key of what is asked of a message.
import { useCallback, useLayoutEffect, useRef } from "react";
import { newKey } from "./use_send.js";

/**
 * Returns keyOf(message), the same until the server has taken what came with it: a press that is
 * repeated because nothing was heard of it is one turn. acknowledged: what was taken, each {key}.
 */
export function useSendKeys(acknowledged) {
  const keys = useRef(new Map());
  useLayoutEffect(() => {
    const taken = new Set(acknowledged?.map(({ key }) => key));
    for (const [message, key] of keys.current) if (taken.has(key)) keys.current.delete(message);
  }, [acknowledged]);
  return useCallback((message) => {
    if (!keys.current.has(message)) keys.current.set(message, newKey());
    return keys.current.get(message);
  }, []);
}
