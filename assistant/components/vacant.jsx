// What stands in the transcript when there are no messages to show.

/** starters: [{title, text}]; a click puts the text into the composer, to be changed or sent. */
export function Welcome({ greeting, starters = [] }) {
  const propose = (text) =>
    window.dispatchEvent(new CustomEvent("assistant:propose", { detail: text }));
  return (
    <div className="welcome">
      <h1>{greeting || "\u00a0"}</h1>
      <ul className="starters">
        {starters.map(({ title, text }) => (
          <li key={title}>
            <button type="button" className="starter" onClick={() => propose(text)}>
              <b>{title}</b>
              <span>{text}</span>
            </button>
          </li>
        ))}
      </ul>
    </div>
  );
}

/** Grey lines where messages will be. They show late, so that a quick answer never flickers. */
export function Skeleton() {
  return (
    <div className="skeleton" role="status" aria-label="Loading the conversation">
      <i className="short" />
      <i />
      <i />
      <i className="half" />
      <i className="short" />
      <i />
      <i className="half" />
    </div>
  );
}

export function Missing() {
  return (
    <div className="vacant">
      <p>This conversation does not exist.</p>
      <a className="button" href="/">
        Start a new chat
      </a>
    </div>
  );
}

export function Failed({ again }) {
  return (
    <div className="vacant">
      <p>The conversation could not be loaded.</p>
      <button type="button" className="button" onClick={again}>
        Try again
      </button>
    </div>
  );
}
