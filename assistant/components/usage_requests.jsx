// Requests to models one by one, the newest first; each leads to the message that it was made for.
import { useEffect, useRef, useState } from "react";
import { getJson } from "./api.js";
import { When } from "./when.jsx";

const PURPOSES = { answer: "Answer", title: "Title", summary: "Summary" };
const ENDS = {
  refused: "refused by the vendor",
  failed: "broke off",
  left: "stopped",
  lost: "the server was ended",
};
const HEADS = ["When", "Model", "For", "Read", "Written", "Cost"];
const number = new Intl.NumberFormat("en");

export function UsageRequests() {
  const { requests, before, waiting, failed, ask } = useRequests();
  if (failed && !requests.length) return <Failed again={() => ask("")} />;
  if (!waiting && !requests.length) return <p className="empty">Nothing has been asked yet.</p>;
  return (
    <>
      <table className="table requests" aria-busy={waiting} data-testid="usage-requests">
        <thead>
          <tr>
            {HEADS.map((head) => (
              <th key={head} scope="col">
                {head}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {requests.map((one) => (
            <Row key={one.id} one={one} />
          ))}
        </tbody>
      </table>
      {failed && <Failed again={() => ask(before)} />}
      {before && !failed && (
        <p className="after">
          <button
            type="button"
            className="button"
            aria-disabled={waiting}
            onClick={() => waiting || ask(before)}
          >
            {waiting ? "Reading…" : "Show older"}
          </button>
        </p>
      )}
      <p className="after">
        <a className="button" href="/api/usage.csv" download>
          Download every request (CSV)
        </a>
      </p>
    </>
  );
}

/** {requests, before, waiting, failed, ask} of the pages that are read; ask(before) reads one more. */
function useRequests() {
  const [read, setRead] = useState({ requests: [], before: "" });
  const [state, setState] = useState("waiting");
  const asking = useRef(null);
  const ask = (before) => {
    asking.current?.abort();
    const leaving = (asking.current = new AbortController());
    setState("waiting");
    getJson(`/api/usage?before=${encodeURIComponent(before)}`, leaving.signal).then(
      (answer) => {
        if (leaving.signal.aborted) return;
        setRead((known) => ({
          ...answer,
          requests: before ? [...known.requests, ...answer.requests] : answer.requests,
        }));
        setState("");
      },
      () => leaving.signal.aborted || setState("failed"),
    );
  };
  useEffect(() => {
    ask("");
    return () => asking.current?.abort();
  }, []);
  return { ...read, waiting: state === "waiting", failed: state === "failed", ask };
}

function Row({ one }) {
  return (
    <tr>
      <th scope="row">
        {one.href ? (
          <a href={one.href}>
            <When at={one.at} />
          </a>
        ) : (
          <When at={one.at} />
        )}
        {noteOf(one) && <small>{noteOf(one)}</small>}
      </th>
      <td data-label="Model">{one.model}</td>
      <td data-label="For">{PURPOSES[one.purpose] ?? one.purpose}</td>
      <td data-label="Read">{number.format(one.read)}</td>
      <td data-label="Written">{number.format(one.written)}</td>
      <td data-label="Cost">{priceOf(one.cost)}</td>
    </tr>
  );
}

/** What is particular about a request, "" for nothing. */
function noteOf({ ended, estimated, correction }) {
  if (correction) return "corrects an estimate";
  return [ENDS[ended], estimated && "estimated"].filter(Boolean).join(", ");
}

/** An amount of USD: so many digits that it is not nothing. */
function priceOf(cost) {
  const amount = Number(cost);
  const digits = amount && Math.abs(amount) < 0.01 ? 6 : 4;
  return `${amount < 0 ? "−" : ""}$${Math.abs(amount).toFixed(digits)}`;
}

function Failed({ again }) {
  return (
    <div role="alert" className="after">
      <p>The requests could not be read. Nothing is lost.</p>
      <button type="button" className="button" onClick={again}>
        Try again
      </button>
    </div>
  );
}
