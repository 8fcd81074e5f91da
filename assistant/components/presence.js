// Whether somebody is looking: a hidden tab gives its connections back, a seen one has live ones.

const AWAY_MS = 5_000; // HTTP/1.1 allows six connections to a host, over all tabs

const listeners = new Set();
let away = false;
let timer = 0;

/**
 * Calls listener("away") when the tab was hidden for 5 s, ("back") when it is seen again, and
 * ("wake") when lines may have died unnoticed. Returns the way to unsubscribe.
 */
export function onPresence(listener) {
  if (listeners.size === 0) {
    watch("addEventListener");
    away = document.hidden; // opened in the background
  }
  listeners.add(listener);
  return () => {
    listeners.delete(listener);
    if (listeners.size === 0) watch("removeEventListener");
  };
}

export const isAway = () => away;

function watch(verb) {
  document[verb]("visibilitychange", look);
  window[verb]("online", wake);
  window[verb]("pagehide", leave);
  window[verb]("pageshow", restore);
}

const tell = (word) => [...listeners].forEach((listener) => listener(word));
const wake = () => away || tell("wake");
const restore = (event) => event.persisted && look();

function look() {
  clearTimeout(timer);
  if (document.hidden) {
    timer = setTimeout(leave, AWAY_MS);
    return;
  }
  const word = away ? "back" : "wake";
  away = false;
  tell(word);
}

function leave() {
  clearTimeout(timer);
  away = true;
  tell("away");
}
