// Whom and what a call reaches, one a line, with what is doubtful about it.
import { Revealed } from "./revealed.jsx";
import { doubtOf, kindOf, realDomain } from "./targets.js";

/** targets: [{kind, value, origin}] */
export function Targets({ targets }) {
  if (targets.length === 0) return null;
  return (
    <dl className="facts" data-testid="targets">
      {targets.map((target, at) => (
        <div className="fact" key={at} data-origin={target.origin}>
          <dt>{kindOf(target)}</dt>
          <dd>
            <bdi className="target-value" dir={target.kind === "query" ? "auto" : undefined}>
              <Revealed text={target.value} name />
            </bdi>
            <Domain real={realDomain(target)} />
            {doubtOf(target) && <span className="doubt notice">{doubtOf(target)}</span>}
          </dd>
        </div>
      ))}
    </dl>
  );
}

function Domain({ real }) {
  if (!real) return null;
  return (
    <span className="doubt notice">
      Really at <b>{real}</b>
    </span>
  );
}
