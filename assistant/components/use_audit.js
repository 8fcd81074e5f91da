// Reads the audit log page by page; whoever changes a filter begins anew.
import { useEffect, useRef, useState } from "react";
import { postJson } from "./api.js";

const CALM_MS = 250;
const NOTHING = { entries: [], before: "", backTo: null, tools: [] };

/** {entries, before, backTo, tools, failed, waiting, more, again} of the log with these filters. */
export function useAudit(filters) {
  const [read, setRead] = useState(NOTHING);
  const [waiting, setWaiting] = useState(true);
  const [failed, setFailed] = useState(false);
  const [attempt, setAttempt] = useState(0);
  const asking = useRef(null);
  const wanted = JSON.stringify(filters);
  const ask = (before, known) => {
    asking.current?.abort();
    const leaving = (asking.current = new AbortController());
    setWaiting(true);
    setFailed(false);
    const hear = (act) => (answer) => leaving.signal.aborted || (setWaiting(false), act(answer));
    postJson("/api/audit", { ...JSON.parse(wanted), before }, leaving.signal).then(
      hear(({ entries, back_to: backTo, ...rest }) =>
        setRead({ ...rest, backTo, entries: [...known, ...entries] }),
      ),
      hear(() => setFailed(true)),
    );
  };
  useEffect(() => {
    const timer = setTimeout(() => ask("", []), CALM_MS);
    return () => {
      clearTimeout(timer);
      asking.current?.abort();
    };
  }, [wanted, attempt]);
  const more = () => ask(read.before, read.entries);
  return { ...read, failed, waiting, more, again: () => setAttempt(attempt + 1) };
}
