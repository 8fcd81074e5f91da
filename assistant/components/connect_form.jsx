// The form that connects one account. What is typed stands in the form alone until it is sent.
import { useEffect, useRef, useState } from "react";

const SECURITY = [["tls", "TLS"], ["starttls", "STARTTLS"], ["plain", "None (own network only)"]];
const ANOTHER = "Another";
const APP_PASSWORD =
  "iCloud and Fastmail want an app password, which you make in your account there. It is stored " +
  "encrypted and never shown again.";
const ABOUT = {
  caldav: { title: "Connect a calendar", hint: APP_PASSWORD },
  mail: { title: "Connect a mailbox", hint: APP_PASSWORD },
  mcp: {
    title: "Connect an MCP server",
    hint: "Connect only servers that you trust. Each call of their tools is shown to you first, until you say otherwise.",
  },
};
const FIELDS = {
  caldav: [
    { name: "server", label: "Server", type: "url" },
    { name: "user", label: "User name", hint: "Often your email address." },
    { name: "password", label: "Password", type: "password" },
  ],
  mail: [
    { name: "address", label: "Email address", type: "email" },
    { name: "user", label: "User name", hint: "Leave it empty if it is the address.", optional: true },
    { name: "password", label: "Password", type: "password" },
    { name: "imap_host", label: "Incoming mail (IMAP)" },
    { name: "imap_port", label: "IMAP port", number: true },
    { name: "imap_security", label: "IMAP encryption", options: SECURITY },
    { name: "smtp_host", label: "Outgoing mail (SMTP)" },
    { name: "smtp_port", label: "SMTP port", number: true },
    { name: "smtp_security", label: "SMTP encryption", options: SECURITY },
  ],
  mcp: [
    { name: "name", label: "Name", hint: "Letters, digits and hyphens: your name for it." },
    { name: "url", label: "Address", type: "url", placeholder: "https://" },
    { name: "token", label: "Access token", type: "password", optional: true, hint: "If it wants one." },
  ],
};

/** presets: what can be filled in, by the service's name; none for MCP. onConnect(form). */
export function ConnectForm({ kind, presets, busy, onConnect, onCancel }) {
  const { title, hint } = ABOUT[kind];
  const [service, setService] = useState(Object.keys(presets ?? {})[0]);
  const heading = useRef(null);
  useEffect(() => heading.current.focus(), []);
  const submit = (event) => {
    event.preventDefault();
    if (!busy) onConnect(Object.fromEntries(new FormData(event.currentTarget)));
  };
  return (
    <form className="connect" onSubmit={submit} autoComplete="off" data-testid={`connect-${kind}`}>
      <h3 tabIndex={-1} ref={heading}>{title}</h3>
      {presets && <Services names={Object.keys(presets)} chosen={service} onChoose={setService} />}
      {FIELDS[kind].map((field) => (
        <Field key={field.name} {...field} {...filling(presets?.[service][field.name], service)} />
      ))}
      <small>{hint}</small>
      <div className="acts">
        <button type="submit" className="button primary" aria-disabled={busy}>Connect</button>
        <button type="button" className="button" onClick={onCancel}>Cancel</button>
      </div>
    </form>
  );
}

/** What a service has in a field. What a known one fills in whole needs not be seen. */
const filling = (filled = "", service) => ({
  filled,
  hidden: !["", "https://"].includes(filled) && service !== ANOTHER,
});

function Services({ names, chosen, onChoose }) {
  return (
    <label>
      Service
      <select className="field" value={chosen} onChange={(event) => onChoose(event.target.value)}>
        {names.map((name) => <option key={name}>{name}</option>)}
      </select>
    </label>
  );
}

/** filled: what the chosen service has there; a new one replaces what was typed. */
function Field({ name, label, hint, optional, options, number, filled, hidden, ...input }) {
  const common = {
    name,
    className: "field",
    required: !optional,
    defaultValue: filled,
    "aria-describedby": hint && `connect-${name}-hint`,
  };
  return (
    <label hidden={hidden}>
      {label}
      {options ? (
        <select key={filled} {...common}>
          {options.map(([value, word]) => <option key={value} value={value}>{word}</option>)}
        </select>
      ) : (
        <input
          key={filled}
          {...common}
          {...input}
          inputMode={number && "numeric"}
          autoComplete="off"
          autoCapitalize="none"
          spellCheck={false}
          maxLength={2000}
        />
      )}
      {hint && <small id={`connect-${name}-hint`}>{hint}</small>}
    </label>
  );
}
