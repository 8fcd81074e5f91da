// ‹ 2/3 ›: which version of a message is shown, and the way to the ones beside it.
import { Icon } from "./icons.jsx";

const SIDES = {
  before: { label: "Previous version", icon: "previous" },
  after: { label: "Next version", icon: "chevron" },
};

/** versions: {at, of, before, after}. turn(message, {side, top}) shows another one. */
export function VersionArrows({ versions, turn }) {
  const { at, of } = versions;
  return (
    <div className="versions" role="group" aria-label={`Version ${at} of ${of}`}>
      <Arrow side="before" to={versions.before} turn={turn} />
      <span aria-hidden="true" data-testid="version">
        {at}/{of}
      </span>
      <Arrow side="after" to={versions.after} turn={turn} />
    </div>
  );
}

/** At an end it stays, and so does the focus. */
function Arrow({ side, to, turn }) {
  const { label, icon } = SIDES[side];
  const press = ({ currentTarget }) =>
    to && turn(to, { side, top: currentTarget.getBoundingClientRect().top });
  return (
    <button
      type="button"
      className="quiet-button"
      data-side={side}
      aria-label={label}
      aria-disabled={!to}
      onClick={press}
    >
      <Icon name={icon} size={14} />
    </button>
  );
}
