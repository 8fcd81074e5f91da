// The accounts that the user has connected, and the forms for more. Passwords go from the form to
// the server by themselves: no state holds them, and they are never shown again.
import { useEffect, useRef, useState } from "react";
import { ask } from "./account.js";
import { postForm } from "./api.js";
import { ConnectForm } from "./connect_form.jsx";
import { cameBack, servesAs } from "./connection_words.js";
import { GoogleForm } from "./google_form.jsx";
import { ServerTools } from "./server_tools.jsx";
import { SureButton } from "./sure_button.jsx";
import { When } from "./when.jsx";

const API = "/api/connections";
const KINDS = { caldav: "Calendar", mail: "Mail", google: "Google", mcp: "MCP server" };
const MORE = {
  caldav: "Another calendar",
  mail: "Another mailbox",
  google: "Another Google account",
  mcp: "Another MCP server",
};
const OFFERS = {
  google: "Google Calendar and Gmail. You choose which, and agree at Google.",
  caldav: "iCloud, Fastmail, Nextcloud, or any other by CalDAV: look up, plan and invite.",
  mail: "iCloud, Fastmail, or any other by IMAP and SMTP: find, read, write and answer.",
  mcp: "A server with tools of its own, by its address.",
};
const FORGET = "Forget this account and its password here? What is in the account stays.";
const GIVE_BACK =
  "Give this access back at Google, and forget it here? What is in the account stays.";
const EMPTY =
  "Nothing is connected yet. With a calendar or a mailbox here, you can ask for a meeting or an " +
  "answer in the chat. What goes out to others is shown to you first.";

export function Connections() {
  const { known, busy, said, problem, send } = useConnections();
  const [adding, setAdding] = useState("");
  const section = useComingBack(known);
  const connect = (form) => send("connect", `/new/${adding}`, form, () => setAdding(""));
  return (
    <div data-testid="connections" aria-busy={!!busy} ref={section}>
      {known?.connections.length === 0 && !adding && <p className="empty">{EMPTY}</p>}
      {known?.connections.map((each) => (
        <Connection key={each.id} {...each} busy={busy} send={send} />
      ))}
      {known && !adding && <Offers {...known} had={known.connections} onChoose={setAdding} />}
      {adding === "google" && <GoogleForm onCancel={() => setAdding("")} />}
      {adding && adding !== "google" && (
        <ConnectForm
          kind={adding}
          presets={known.presets[adding]}
          busy={busy === "connect"}
          onConnect={connect}
          onCancel={() => setAdding("")}
        />
      )}
      <p className="report" role="status">{said}</p>
      <p className={problem ? "error" : "unseen"} role="alert">{problem}</p>
    </div>
  );
}

/** What is known of the connections, and the way to change it. busy: the change under way. */
function useConnections() {
  const [known, setKnown] = useState(null);
  const [state, setState] = useState({});
  const failed = (error) => setState({ problem: error.message });
  useEffect(() => {
    ask(API).then((told) => {
      setKnown(told);
      setState(cameBack() ?? {});
    }, failed);
  }, []);
  const send = (busy, path, form, then) => {
    setState({ busy, said: busy === "connect" || busy.startsWith("test") ? "Trying it…" : "" });
    return postForm(API + path, form).then((told) => {
      setKnown(told);
      setState(told.said ? { problem: told.said } : { said: SAID[busy.split(" ")[0]] });
      then?.();
    }, failed);
  };
  return { known, send, ...state };
}

/** Shows the section to who comes back to it from a provider. */
function useComingBack(known) {
  const section = useRef(null);
  useEffect(() => {
    if (known && cameBack()) section.current.parentElement.scrollIntoView({ block: "start" });
  }, [!known]);
  return section;
}

const SAID = {
  connect: "Connected.",
  test: "Tried.",
  disconnect: "Disconnected. Nothing of it is kept here.",
  effect: "Saved.",
};

function Connection({ busy, send, ...connection }) {
  const { id, kind, label, failing, reason, checked_at: at, tools } = connection;
  return (
    <div className="connected" data-testid="connection" data-failing={failing}>
      <div className="setting">
        <div className="about">
          <span>{KINDS[kind]}</span>
          <span className={failing ? "outcome failed" : "outcome"}>{failing ? "Needs attention" : "Works"}</span>
          <small dir="auto">{label}</small>
          {servesAs(connection).map((sentence) => <small key={sentence}>{sentence}</small>)}
          <small>{failing && `${reason} `}Last tried <When at={at} /></small>
        </div>
        <div className="acts">
          <button
            type="button"
            className="button"
            aria-label={`Test ${label}`}
            aria-disabled={!!busy}
            onClick={() => busy || send(`test ${id}`, `/${id}/test`)}
          >
            Test
          </button>
          <SureButton
            label="Disconnect"
            name={`Disconnect ${label}`}
            question={kind === "google" ? GIVE_BACK : FORGET}
            yes="Disconnect"
            onYes={() => send("disconnect", `/${id}/disconnect`)}
          />
        </div>
      </div>
      {tools.length > 0 && (
        <ServerTools
          tools={tools}
          onChange={(tool, effect) => send("effect", `/${id}/effect`, { tool, effect })}
        />
      )}
    </div>
  );
}

/**
 * had: the connections. google: whether the operator has set it up. lacking: why some are not to be had, by kind.
 * only_read: why the others only serve to look things up, "" where they do not.
 */
function Offers({ google, lacking, only_read: onlyRead, had, onChoose }) {
  const more = new Set(had.map(({ kind }) => kind));
  const offered = Object.entries(OFFERS).filter(([kind]) => google || kind !== "google");
  return offered.map(([kind, about]) => (
    <div className="setting" key={kind}>
      <div className="about">
        <span>{more.has(kind) ? MORE[kind] : KINDS[kind]}</span>
        <small>{about}</small>
        <small>{lacking[kind] ?? onlyRead}</small>
      </div>
      {!lacking[kind] && (
        <button
          type="button"
          className="button"
          aria-label={`Connect: ${KINDS[kind]}`}
          onClick={() => onChoose(kind)}
        >
          Connect
        </button>
      )}
    </div>
  ));
}
