// What an answer cost: its price, and each request to a model that was made for it.
import { useEffect, useState } from "react";
import { getJson } from "./api.js";
import { costOf, detailsOf, headOf, sumOf } from "./cost_words.js";

const FAILED = "The price could not be read. Close this, and try again.";

/** message: its id. The price is read anew each time: an answer may go on. */
export function AnswerCost({ id, message }) {
  const [{ told, problem }, set] = useState({});
  useEffect(() => {
    const waiting = new AbortController();
    getJson(`/api/messages/${encodeURIComponent(message)}/cost`, waiting.signal).then(
      (cost) => set({ told: cost }),
      () => waiting.signal.aborted || set({ problem: FAILED }),
    );
    return () => waiting.abort();
  }, [message]);
  return (
    <section className="cost" id={id} aria-label="What this answer cost" data-testid="cost" aria-busy={!told && !problem}>
      <p role={problem ? "alert" : "status"}>{problem || (told ? sumOf(told) : "Reading the price…")}</p>
      {told?.requests.map((request, at) => <Request key={at} request={request} />)}
    </section>
  );
}

function Request({ request }) {
  return (
    <div className="cost-request">
      <h4>{headOf(request)}</h4>
      <dl>
        {detailsOf(request).map(([name, figure]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{figure}</dd>
          </div>
        ))}
        <div>
          <dt>Price</dt>
          <dd>{costOf(request.usd)}</dd>
        </div>
      </dl>
      {request.estimated && <p>{ESTIMATED}</p>}
    </div>
  );
}

const ESTIMATED = "Estimated: the provider has not said what was used, so it was counted here.";
