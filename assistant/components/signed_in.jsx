// What a window says that was opened to sign in, where the browser does not let it close itself.
import { useEffect } from "react";
import { tellSignedIn } from "./signed_in.js";

export function SignedIn() {
  useEffect(() => {
    tellSignedIn();
    window.close();
  }, []);
  return (
    <div className="card" role="status">
      <span className="mark" aria-hidden="true" />
      <h1>You are signed in</h1>
      <p>Close this window, and go on where you were.</p>
      <a className="quiet-button" href="/">Or go on here</a>
    </div>
  );
}
