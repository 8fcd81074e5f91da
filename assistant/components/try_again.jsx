// An answer is given once more: by the model that is chosen, or this once by another one.
import { Icon } from "./icons.jsx";
import { Menu } from "./menu.jsx";

/** models: those of the picker. bare: the button stands elsewhere, only the other models are here. */
export function TryAgain({ message, wish, models, bare, act }) {
  const busy = Boolean(wish.key);
  const again = (model) => busy || act.regenerate(message, model);
  return (
    <>
      {!bare && (
        <button
          type="button"
          className="quiet-button"
          data-testid="try-again"
          aria-disabled={busy}
          onClick={() => again("")}
        >
          <Icon name="retry" size={14} />
          <span>Try again</span>
        </button>
      )}
      {models.length > 1 && (
        <Menu
          label="Try again with another model"
          caption={bare ? "Another model" : undefined}
          look="quiet-button"
          sign="below"
          floats
        >
          {models.map((each) => (
            <Model key={each.id} {...each} again={again} />
          ))}
        </Menu>
      )}
    </>
  );
}

/** plan: what the plan is called that has it, "" where the user's does. */
function Model({ id, label, plan, again }) {
  return (
    <button
      type="button"
      role="menuitem"
      className="menu-item"
      aria-disabled={plan !== ""}
      onClick={() => plan === "" && again(id)}
    >
      {label}
      {plan && <small>{plan} plan</small>}
    </button>
  );
}

/** What there is to say of a wish that is not taken yet, or was not. again(): sends it once more. */
export function WishNews({ wish, again }) {
  if (wish.why) {
    return (
      <p className="not-sent" role="alert">
        {wish.why}
      </p>
    );
  }
  if (!wish.late) return null;
  return (
    <p className="not-sent" role="status">
      Not sent yet.
      <button type="button" className="quiet-button" onClick={again}>
        Try again
      </button>
    </p>
  );
}
