// The user's news: which turns run, which conversations changed. It shows nothing itself.
import { useEffect, useRef } from "react";
import { signedOut } from "./api.js";
import * as store from "./chat_store.js";
import { lost, restored } from "./connection.js";
import { isAway, onPresence } from "./presence.js";
import { lineTo } from "./shared_line.js";
import { useDeparture } from "./use_address.js";
import { isStillTheirs } from "./user_mark.js";
import { useTold } from "./use_told.js";
import { hearNews, readWaiting } from "./waiting.js";

const CALM_MS = 150;
const OPENING_MS = 500;

/**
 * told: the page's state knows its user. deleted: the conversation that was deleted here last, while
 * that can be taken back. onReady(timezone), once: an IANA name. onChange(): the list of
 * conversations has changed.
 */
export function Feed({ told, deleted, onReady, onChange }) {
  useTold(told);
  useDeparture(deleted, told);
  const handlers = useRef({});
  handlers.current = { onReady, onChange };
  useEffect(() => {
    const { timeZone } = Intl.DateTimeFormat().resolvedOptions();
    return listen(
      () => handlers.current.onReady?.(timeZone),
      () => handlers.current.onChange?.(),
    );
  }, []);
  return null;
}

/** Hears the feed while somebody looks. Returns the way to stop. */
function listen(onReady, onChange) {
  const feed = { line: null, begun: false, timer: 0, onReady, change: () => changed(feed, onChange) };
  const moves = {
    away: () => stop(feed),
    back: () => start(feed),
    wake: () => feed.line?.wake(),
  };
  const unwatch = onPresence((word) => {
    if (word === "away" || isStillTheirs()) moves[word]();
    else location.reload(); // somebody else has signed in beside this page
  });
  const again = () => beginAgain(feed);
  window.addEventListener("assistant:signed-in", again);
  if (isAway()) begin(feed);
  else start(feed);
  // The list is read when the line is open, so that nothing falls between; it does not wait long.
  const opening = setTimeout(() => begin(feed), OPENING_MS);
  return () => {
    unwatch();
    window.removeEventListener("assistant:signed-in", again);
    clearTimeout(opening);
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

/** What has been read before the line was open may be old. */
function opened(feed) {
  restored(feed);
  if (!feed.begun) return begin(feed);
  store.catchUp();
  readWaiting();
  feed.change();
}

/** In a new session of the same user: the socket, the line and all that is shown begin anew. */
function beginAgain(feed) {
  feed.begun = false;
  stop(feed);
  start(feed);
  begin(feed);
  store.startAgain();
}

function begin(feed) {
  if (feed.begun) return;
  feed.begun = true;
  readWaiting();
  feed.onReady();
}

function hear(feed, news) {
  if (news.kind === "turn") store.hearTurn(news);
  if (news.kind === "message") store.hearMessage(news);
  if (news.kind === "branch") store.renew(news.conversation);
  if (news.kind === "gap") store.catchUp();
  if (["plan", "seats"].includes(news.kind))
    window.dispatchEvent(new CustomEvent(`assistant:${news.kind}`));
  hearNews(news);
  feed.change();
}

function refused(feed, status) {
  restored(feed);
  feed.line = null;
  if (status === 401) signedOut();
  if (status === 403) location.reload(); // a code is asked for first: the server knows where
}
