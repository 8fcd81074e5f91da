// The place up to which the model reads a summary, and what stands in it.
import { Icon } from "./icons.jsx";

/** messages: how many are summarised. text: the summary, by the model. */
export function Summarised({ messages, text }) {
  return (
    <details className="summarised" data-testid="summarised">
      <summary>
        <span>{messages} earlier messages are summarised for the model</span>
        <Icon name="chevron" size={14} />
      </summary>
      <p className="summarised-note">
        All of them are still here for you, and are found when you search. This is what the model
        reads instead, to save what each answer costs:
      </p>
      <p className="summarised-words" dir="auto">
        {text}
      </p>
    </details>
  );
}
