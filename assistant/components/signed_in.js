// The tabs of a browser tell each other that somebody has signed in, not who: each looks for itself.
const NAME = "assistant:signed-in";

export function tellSignedIn() {
  const channel = new BroadcastChannel(NAME);
  channel.postMessage("look");
  channel.close();
}

/** Calls look() when another tab says so, and when this one is seen again. Returns the way to stop. */
export function onSignedIn(look) {
  const channel = new BroadcastChannel(NAME);
  const seen = () => document.hidden || look();
  channel.onmessage = look;
  document.addEventListener("visibilitychange", seen);
  window.addEventListener("focus", seen);
  return () => {
    channel.close();
    document.removeEventListener("visibilitychange", seen);
    window.removeEventListener("focus", seen);
  };
}
