// The user's news: which turns run, which conversations changed. It shows nothing itself.
import { useEffect, useRef } from "react";
import { signedOut } from "./api.js";
import * as store from "./chat_store.js";
import { lost, restored } from "./connection.js";
import { isAway, onPresence } from "./presence.js";
import { signInAddress } from "./session.js";
import { lineTo } from "./shared_line.js";
import { isStillTheirs } from "./user_mark.js";

const CALM_MS = 150;

/** onReady(timezone), once: an IANA name. onChange(): the list of conversations has changed. */
export function Feed({ onReady, onChange }) {
  const handlers = useRef({});
  handlers.current = { onReady, onChange };
  useEffect(() => {
    handlers.current.onReady?.(Intl.DateTimeFormat().resolvedOptions().timeZone);
    window.addEventListener("assistant:signed-out", signIn);
    const unlisten = listen(() => handlers.current.onChange?.());
    return () => {
      window.removeEventListener("assistant:signed-out", signIn);
      unlisten();
    };
  }, []);
  return null;
}

/** The session is over; what was typed is kept as a draft. */
const signIn = () => location.assign(signInAddress());

/** Hears the feed while somebody looks. Returns the way to stop. */
function listen(onChange) {
  const feed = { line: null, stale: false, timer: 0, change: () => changed(feed, onChange) };
  const moves = {
    away: () => stop(feed),
    back: () => start(feed),
    wake: () => feed.line?.wake(),
  };
  const unwatch = onPresence((word) => {
    if (word === "away" || isStillTheirs()) moves[word]();
    else location.reload(); // somebody else has signed in beside this page
  });
  if (isAway()) feed.stale = true;
  else start(feed);
  return () => {
    unwatch();
    clearTimeout(feed.timer);
    stop(feed);
  };
}

/** A burst of news (a turn starts, gets a title, ends) makes one reload. */
function changed(feed, onChange) {
  clearTimeout(feed.timer);
  feed.timer = setTimeout(onChange, CALM_MS);
}

function start(feed) {
  feed.line ??= lineTo("/api/events", {
    event: (event) => hear(feed, JSON.parse(event.data)),
    open: () => opened(feed),
    cut: () => lost(feed),
    refused: (status) => refused(feed, status),
  });
}

function stop(feed) {
  feed.line?.close();
  feed.line = null;
  restored(feed);
}

/** The first opening finds a fresh page; after any later one, something may have been missed. */
function opened(feed) {
  restored(feed);
  if (feed.stale) {
    store.catchUp();
    feed.change();
  }
  feed.stale = true;
}

function hear(feed, news) {
  if (news.kind === "turn") store.hearTurn(news);
  feed.change();
}

function refused(feed, status) {
  restored(feed);
  feed.line = null;
  if (status === 401) signedOut();
  if (status === 403) location.reload(); // a code is asked for first: the server knows where
}
