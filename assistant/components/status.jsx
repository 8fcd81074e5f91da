// What the page says about itself: to screen readers, and about the line to the server.
import { useSyncExternalStore } from "react";
import { announcement } from "./announcements.js";
import { connectionLost } from "./connection.js";

/** The one live region for answers: token by token would be noise. */
export function StatusLine() {
  const words = useSyncExternalStore(announcement.subscribe, announcement.get, () => "");
  return (
    <p className="unseen" role="status" aria-live="polite">
      {words}
    </p>
  );
}

export function ConnectionBanner() {
  const lost = useSyncExternalStore(connectionLost.subscribe, connectionLost.get, () => false);
  return (
    <div className="connection" role="status">
      {lost && <p>Connection lost. Reconnecting…</p>}
    </div>
  );
}
