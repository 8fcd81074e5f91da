// One message: the user's words in a bubble, an answer free on the page.
import { memo, useCallback, useEffect, useLayoutEffect, useRef, useState, useSyncExternalStore } from "react";
import { WaitingCall } from "./approval_card.jsx";
import { AnswerActions } from "./answer_actions.jsx";
import * as anew from "./asked_anew.js";
import { CopyButton } from "./copy_button.jsx";
import { EditField } from "./edit_field.jsx";
import { Icon } from "./icons.jsx";
import { isTouch } from "./keyboard.js";
import { shownOf, watchTurn } from "./live.js";
import { isRunning } from "./merge.js";
import { MessageFiles } from "./message_files.jsx";
import { ended, filesIn, wordsOf } from "./parts.js";
import { Thinking } from "./thinking.jsx";
import { WishNews } from "./try_again.jsx";
import { OwnCall } from "./undo_call.jsx";
import { anchorOf } from "./use_jump.js";
import { useWish } from "./use_wish.js";
import { VersionArrows } from "./version_arrows.jsx";
import { Words } from "./words.jsx";

/**
 * act: what can be done (see transcript.jsx), the same object at every drawing. last: nothing
 * follows it. lit: it is pointed out. models: those of the picker.
 */
export const Message = memo(function Message({ message, ...more }) {
  return message.role === "user" ? (
    <Said message={message} {...more} />
  ) : (
    <Reply message={message} {...more} />
  );
});

const frameOf = (look, lit, message) => ({
  className: lit ? `${look} lit` : look,
  id: anchorOf(message.id),
});

function Said({ message, lit, act }) {
  const words = wordsOf(message.parts);
  const files = filesIn(message.parts);
  const [wish, frame] = useWish(message.id);
  const editing = wish.words !== undefined;
  const { pencil, open, leave } = useEditing(message, words, editing, act);
  return (
    <article
      {...frameOf("said", lit, message)}
      ref={frame}
      data-testid="message"
      data-role="user"
      data-status={message.status}
      aria-label="You"
    >
      {files.length > 0 && <MessageFiles files={files} />}
      {editing && (
        <EditField
          message={message.id}
          bare={files.length === 0}
          focused={open.current}
          {...{ wish, act }}
          onCancel={leave}
        />
      )}
      {!editing && (words || !files.length) && (
        <div className="bubble" dir="auto">
          {words}
        </div>
      )}
      <WishNews wish={wish} again={() => act.save(message.id, wish.words, wish.key)} />
      {message.late ? (
        <p className="not-sent">
          Not sent yet.
          <button type="button" className="quiet-button" onClick={() => act.resend(message)}>
            Try again
          </button>
        </p>
      ) : (
        <div className="message-actions">
          {!editing && (
            <button type="button" className="quiet-button" data-testid="edit-message" {...pencil}>
              <Icon name="pencil" size={14} />
              <span>Edit</span>
            </button>
          )}
          {words && !editing && <CopyButton text={() => words} />}
          {message.versions && <VersionArrows versions={message.versions} turn={act.turn} />}
        </div>
      )}
    </article>
  );
}

/** Who goes back from the field is at the pencil again. open: it was opened just now, here. */
function useEditing(message, words, editing, act) {
  const ref = useRef(null);
  const open = useRef(false);
  const left = useRef(false);
  useLayoutEffect(() => {
    if (!editing && left.current) ref.current?.focus({ preventScroll: true });
    left.current = false;
  }, [editing]);
  const onClick = () => {
    open.current = true;
    act.edit(message, words);
  };
  const leave = () => {
    left.current = true;
    open.current = false;
    anew.drop(message.id);
  };
  return { pencil: { ref, onClick }, open, leave };
}

function useShown(turn) {
  const watch = useCallback((watcher) => watchTurn(turn, watcher), [turn]);
  return useSyncExternalStore(watch, () => shownOf(turn), () => undefined);
}

function Reply({ message, last, lit, models, act }) {
  const [wish, frame] = useWish(message.id);
  const followed = useShown(message.turn);
  const shown = isRunning(message) ? followed : undefined; // what is stored is more than what is heard
  const status = shown?.frozen ? "stopped" : message.status;
  const running = isRunning({ status });
  const parts = shown?.parts ?? message.parts;
  return (
    <article
      {...frameOf("reply", lit, message)}
      ref={frame}
      data-wished={Boolean(wish.key)}
      data-testid="message"
      data-role="assistant"
      data-status={status}
      aria-busy={running}
      aria-label="Assistant"
    >
      <div className="answer">
        <Parts parts={parts} running={running} message={message.id} waits={status === "waiting"} />
      </div>
      {shown?.quiet && <p className="still">Still working…</p>}
      {message.notice && <p className="notice">{message.notice}</p>}
      <Ending message={message} status={status} last={last && !shown} act={act} />
      {!running && (
        <AnswerActions
          priced={isPriced(message)}
          over={OVER.has(status) && !shown}
          bare={status === "failed" && last}
          {...{ message, parts, wish, models, act }}
        />
      )}
      <WishNews wish={wish} again={() => act.regenerate(message.id, wish.model, wish.key)} />
    </article>
  );
}

const OVER = new Set(["done", "stopped", "failed", "interrupted"]);

/** The server has booked it: an imported answer was asked for elsewhere. */
const isPriced = (message) => Boolean(message.turn) && !isRunning(message);

function Parts({ parts, running, message, waits }) {
  if (running && parts.length === 0) return <Words text="" live />;
  return parts.map((part, at) => {
    const live = running && at === parts.length - 1;
    const Part = PARTS[part.type];
    // The id of a call is no key: a vendor may use it again in its next request.
    return <Part key={at} part={part} live={live} over={!running} message={message} waits={waits} />;
  });
}

const PARTS = {
  text: ({ part, live }) => <Words text={part.text} live={live} />,
  thinking: ({ part, live }) => <Thinking text={part.text} active={live} />,
  tool: Call,
  continued: ({ part }) => <p className="continued">continued by {part.model}</p>,
};

function Call({ part, over, message, waits }) {
  const call = over ? ended(part, waits) : part;
  if (!call.approval) return <OwnCall call={call} message={message} over={over} />;
  return <WaitingCall call={call} message={message} waits={waits} />;
}

const AGAIN_MS = 3_000; // a wish that was refused may be tried again

const ENDINGS = {
  failed: { words: "It could not be finished.", verb: "Retry", icon: "retry", does: "retry" },
  stopped: { words: "Stopped", verb: "Continue", icon: "play", does: "proceed" },
  interrupted: { words: "Interrupted", verb: "Continue", icon: "play", does: "proceed" },
};

/** How an answer ended that is not whole, and the one thing to do about it. */
function Ending({ message, status, last, act }) {
  const [asked, setAsked] = useState(false);
  useEffect(() => {
    const timer = asked && setTimeout(() => setAsked(false), AGAIN_MS);
    return () => clearTimeout(timer);
  }, [asked]);
  const ending = ENDINGS[status];
  if (!ending) return null;
  const { words, verb, icon, does } = ending;
  const go = () => {
    setAsked(true);
    act[does](message.id);
    // The button goes: who pressed it is in the composer then, as after a send.
    if (!isTouch()) window.dispatchEvent(new CustomEvent("assistant:compose"));
  };
  return (
    <div className={status === "failed" ? "ending error" : "ending"}>
      <p>{status === "failed" ? message.error || words : sentences(words, message.error)}</p>
      {last && (
        <button type="button" className="button" onClick={go} disabled={asked}>
          <Icon name={icon} size={14} />
          {verb}
        </button>
      )}
    </div>
  );
}

const sentences = (word, more) => (more ? `${word}. ${more}` : word);
