// Takes everything along: the browser stores the archive itself, so that it may be large.
import { useState } from "react";
import { ask, mayGoOn } from "./account.js";

const UNDER_WAY =
  "An export of yours is being written already. Wait until that download is done, or end it.";
const BEGUN = "The download has begun. Keep the archive where only you can read it.";

export function ExportButton({ label = "Export" }) {
  const [said, setSaid] = useState({});
  const start = async () => {
    setSaid({ busy: true });
    try {
      const account = await ask("/api/account");
      if (!mayGoOn(account)) return;
      if (account.exporting) throw new Error(UNDER_WAY);
      const link = Object.assign(document.createElement("a"), { href: "/api/export", download: "" });
      link.click();
      setSaid({ done: BEGUN });
    } catch (error) {
      setSaid({ error: error.message });
    }
  };
  return (
    <>
      <button
        type="button"
        className="button"
        data-testid="export"
        aria-disabled={said.busy}
        onClick={() => said.busy || start()}
      >
        {label}
      </button>
      <Outcome {...said} />
    </>
  );
}

/** What became of it, below the row: a sentence, or an error that is read out at once. */
export function Outcome({ done, error, children }) {
  return (
    <div className="report" role="status">
      {error && <p className="error" role="alert">{error}</p>}
      {done && <p>{done}</p>}
      {children}
    </div>
  );
}
