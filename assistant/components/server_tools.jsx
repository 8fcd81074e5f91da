// What the tools of an MCP server do, as the user says: by it, calls run, or are asked for first.

const EFFECTS = [
  ["destroy", "May destroy: ask each time"],
  ["send", "Sends to others: ask each time"],
  ["write", "Changes my own data: do not ask"],
  ["read", "Only reads: do not ask"],
];

/** tools: each {name, about, effect}. onChange(name, effect). */
export function ServerTools({ tools, onChange }) {
  return (
    <details className="server-tools">
      <summary>{tools.length} {tools.length === 1 ? "tool" : "tools"}: what they may do</summary>
      <p>
        The server itself says what a tool does, and it may be wrong. Let one run without a question
        only if you know it.
      </p>
      <ul>
        {tools.map((tool) => (
          <li key={tool.name}>
            <div>
              <b dir="auto">{tool.name}</b>
              <small dir="auto">{tool.about}</small>
            </div>
            <select
              className="field"
              aria-label={`What ${tool.name} does`}
              value={tool.effect}
              onChange={(event) => onChange(tool.name, event.target.value)}
            >
              {EFFECTS.map(([effect, word]) => <option key={effect} value={effect}>{word}</option>)}
            </select>
          </li>
        ))}
      </ul>
    </details>
  );
}
