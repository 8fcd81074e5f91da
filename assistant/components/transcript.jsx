// The conversation on the page: its messages, its scrolling, and what is said when there are none.
import {
  Fragment,
  startTransition,
  useEffect,
  useLayoutEffect,
  useMemo,
  useRef,
  useState,
  useSyncExternalStore,
} from "react";
import * as store from "./chat_store.js";
import { Icon } from "./icons.jsx";
import { Message } from "./message.jsx";
import { Scroller } from "./scroller.js";
import { ConnectionBanner, StatusLine } from "./status.jsx";
import { Summarised } from "./summarised.jsx";
import { Toast } from "./toast.jsx";
import { inAddress, useConversationId } from "./use_address.js";
import { useAsking, useOutcomes, useTurning } from "./use_anew.js";
import { anchorOf, useJump } from "./use_jump.js";
import { useSendKeys } from "./use_send_keys.js";
import { Failed, Missing, Skeleton, Welcome } from "./vacant.jsx";
import { loadAnswer, useSettledLook } from "./words.jsx";

// A page that is loaded for a conversation asks for what it will show before it can show anything.
if (globalThis.document && inAddress()) {
  store.readAhead(inAddress());
  loadAnswer();
}

/** turnId: the turn that runs, as the server's state knows it. See transcript.py for the rest. */
export function Transcript({ conversationId, turnId, greeting, starters, models = [], ...told }) {
  const id = useConversationId();
  const conversation = useConversation(id);
  const [hindrance, tell] = useState("");
  const act = useActions(told, useSendKeys(told.acknowledged), useAsking(id, told, tell));
  const { log, scroll, jump, toLatest } = useScrolling(id, conversation);
  const { lit, problem, forget } = useJump(id, conversation, scroll);
  useOutcomes(conversation, id, told, scroll);
  useTurning(conversation, id, scroll, anchorOf);
  const close = () => {
    forget();
    tell("");
  };

  useLayoutEffect(() => {
    store.open(id);
    return () => store.leave(id);
  }, [id]);
  const turn = conversationId === id ? turnId : ""; // the server's state may be of the one before
  useEffect(() => store.attach(id, turn), [id, turn]);
  useEffect(() => {
    if (id) loadAnswer();
  }, [id]);

  return (
    <section className="transcript">
      <ConnectionBanner />
      <div
        className="log"
        role="log"
        aria-live="off"
        aria-label="Conversation"
        tabIndex={0}
        ref={log}
      >
        <div className="column">
          <Earlier id={id} conversation={conversation} />
          <Body id={id} conversation={conversation} {...{ lit, act, models, greeting, starters }} />
        </div>
      </div>
      <JumpButton {...jump} onClick={toLatest} />
      <StatusLine />
      <Toast text={hindrance || problem} seconds={PROBLEM_SECONDS} onClose={close} />
    </section>
  );
}

const FIRST = 6;
const PROBLEM_SECONDS = 10;
const SERVER = { messages: [], status: "server" };
const ARRIVING = { messages: [], status: "loading" };

function useConversation(id) {
  const get = () => store.conversation(id);
  const conversation = useSyncExternalStore(store.subscribe, get, () => SERVER);
  const settled = useSettledLook();
  const whole = useWhole(id, settled && conversation.status === "ready");
  return useMemo(() => {
    const { messages } = conversation;
    // What was read comes in its final look; what was said here just now cannot wait for that.
    if (!settled && messages.length && !messages.some((one) => one.local)) return ARRIVING;
    return whole ? conversation : { ...conversation, messages: messages.slice(-FIRST) };
  }, [settled, whole, conversation]);
}

/** A conversation shows its end at once; the rest is drawn in small steps, above it and unseen. */
function useWhole(id, ready) {
  const [whole, setWhole] = useState(null);
  useEffect(() => {
    if (ready) startTransition(() => setWhole(id));
  }, [id, ready]);
  return whole === id;
}

/** Actions that stay the same object while the handlers behind them change with every drawing. */
function useActions(handlers, keyOf, asking) {
  const latest = useRef(handlers);
  latest.current = handlers;
  return useMemo(
    () => ({
      retry: (message) => latest.current.onRetry?.(message, keyOf(message)),
      proceed: (message) => latest.current.onProceed?.(message, keyOf(message)),
      ...asking,
      resend: ({ id }) => window.dispatchEvent(new CustomEvent("assistant:resend", { detail: id })),
    }),
    [keyOf, asking],
  );
}

function useScrolling(id, { messages, status }) {
  const log = useRef(null);
  const scroll = useRef(null);
  const [jump, setJump] = useState({ shown: false, fresh: false });

  useLayoutEffect(() => {
    const onTop = () => store.loadEarlier(id);
    scroll.current = new Scroller(log.current, { onJump: setJump, onTop });
    return () => scroll.current.close();
  }, [id]);
  useKeptPlace(scroll, id, keyOf(messages[0]));
  // What the user sends is shown, wherever they were reading; and what opens, opens at its end.
  const said = keyOf(messages.findLast((message) => message.role === "user"));
  useLayoutEffect(() => scroll.current.follow(), [id, status, said]);

  return { log, scroll, jump, toLatest: () => scroll.current.glide() };
}

const keyOf = (message) => message?.key ?? message?.id;

/** When earlier messages arrive above, the page stays where it is. */
function useKeptPlace(scroll, id, first) {
  const before = useRef({});
  useLayoutEffect(() => {
    if (before.current.id === id && before.current.first) scroll.current.keepPlace();
    before.current = { id, first };
  }, [scroll, id, first]);
}

function Earlier({ id, conversation }) {
  if (!conversation.earlier) return null;
  const load = () => store.loadEarlier(id);
  return (
    <button type="button" className="button earlier" onClick={load}>
      {conversation.loadingEarlier ? "Loading…" : "Load earlier messages"}
    </button>
  );
}

function Body({ id, conversation, lit, act, models, greeting, starters }) {
  const { messages, status } = conversation;
  if (status === "server") return null;
  if (status === "missing") return <Missing />;
  if (status === "failed") return <Failed again={() => store.refresh(id)} />;
  if (status === "loading") return <Skeleton />;
  if (messages.length === 0) return <Welcome greeting={greeting} starters={starters} />;
  return messages.map((message, at) => (
    <Fragment key={keyOf(message)}>
      <Message
        message={message}
        last={at === messages.length - 1}
        lit={message.id === lit}
        models={models}
        act={act}
      />
      {message.summarised && <Summarised {...message.summarised} />}
    </Fragment>
  ));
}

function JumpButton({ shown, fresh, onClick }) {
  if (!shown) return null;
  return (
    <button type="button" className="jump" onClick={onClick}>
      <Icon name="down" size={14} />
      Jump to latest
      {fresh && <span className="dot" />}
    </button>
  );
}
