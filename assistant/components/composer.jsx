// Where the user writes. Send becomes Stop in the same place; typing is never held up.
import { useEffect, useRef, useState } from "react";
import { attachedTo, putBack, take } from "./attached.js";
import { AttachButton } from "./attach_button.jsx";
import { lastSaid } from "./chat_store.js";
import { counted } from "./dates.js";
import { DropArea } from "./drop_area.jsx";
import { FileChips } from "./file_chips.jsx";
import { pastedIn } from "./given.js";
import { Icon } from "./icons.jsx";
import { composition, isSomethingOpen, isTouch, onShortcut } from "./keyboard.js";
import { Short, Spent, useRenewal } from "./plan_words.jsx";
import { useConversationId } from "./use_address.js";
import { useDraft } from "./use_draft.js";
import { useEarlyEnter } from "./use_early_enter.js";
import { hindranceIn, useFiles } from "./use_files.js";
import { useFirstFocus } from "./use_focus.js";
import { useSend } from "./use_send.js";
import { useTurn } from "./use_turn.js";
import { watchViewport } from "./viewport.js";
import { loadAnswer } from "./words.jsx";

const COUNT_FROM = 0.9;
const MIRRORED = 4_000; // more than the field's greatest height can show
const BROKEN = "This text holds half a symbol, which is no text. Remove it, and it can be sent.";
const FILES = "files"; // the hint says what keeps them back, for as long as something does
const NOT_SENT = "This was not sent. What you wrote is kept.";
const STILL_WRITING = "The answer is still being written. Your text is kept.";

/** See composer.py for the props. children: controls at the left of the bar, the model picker. */
export function Composer({ children, ...props }) {
  const { maxLength = Infinity, note, placeholder, disabled, spent, onNewChat } = props;
  const { id, field, text, files, hint, turn, ...does } = useComposer(props, maxLength);
  const { write, add, submit, keys } = does;
  useWindow(field, write, onNewChat);
  const over = text.length - maxLength;
  const hindrance = hindranceIn(files);
  const waits = hindrance || spent;
  const ready = !disabled && over <= 0 && !waits && (text.trim() !== "" || files.length > 0);
  return (
    <div className="dock">
      <DropArea onFiles={add} />
      <Spent id={id} {...props} />
      <form className="composer" onPaste={(event) => paste(event, add)}>
        <FileChips files={files} field={field} />
        <Field {...{ field, text, write, placeholder, disabled, keys }} />
        <div className="bar">
          <AttachButton onFiles={add} />
          {children}
          <Counter length={text.length} max={maxLength} />
          {turn.running ? <Stop turn={turn} field={field} /> : <Send ready={ready} waits={waits} send={submit} />}
        </div>
      </form>
      <p className={over > 0 ? "hint bad" : "hint"} role="status">
        {over > 0 ? tooLong(over) : (hint === FILES ? hindrance : hint) || (
          <>
            {note} <Short id={id} {...props} />
          </>
        )}
      </p>
    </div>
  );
}

function paste(event, add) {
  const files = pastedIn(event.clipboardData);
  if (!files.length) return;
  event.preventDefault();
  add(files);
}

/** The text and the files, what may be done with them now, and what there is to say about it. */
function useComposer(props, maxLength) {
  const id = useConversationId();
  const field = useFirstFocus(id);
  const [text, setText] = useDraft(id, field);
  const [hint, setHint] = useState("");
  const write = (words) => {
    loadAnswer();
    setText(words);
    setHint("");
  };
  const [files, add] = useFiles(id, props, setHint);
  const takeBack = (words, why) => {
    setText((typed) => (typed.trim() ? `${words}\n${typed}` : words));
    setHint(why);
  };
  const send = useSend(id, props, takeBack);
  const turn = useTurn(id);
  const outdated = (words) => setHint((said) => (said === words ? "" : said));
  useEffect(() => {
    if (!turn.running) outdated(STILL_WRITING);
  }, [turn.running]);
  useRenewal(props);
  useEffect(() => {
    if (!props.spent) outdated(NOT_SENT);
  }, [props.spent]);

  // What is shown of the plan may be old: it is asked anew, and then the next try is sent.
  const refuse = () => {
    setHint(NOT_SENT);
    props.onRefresh?.();
  };
  const submit = (event) => {
    event?.preventDefault();
    if (turn.running) return setHint(STILL_WRITING);
    if (text.isWellFormed?.() === false) return setHint(BROKEN);
    if (hindranceIn(files)) return setHint(FILES);
    if (props.spent) return refuse();
    if (props.disabled || text.length > maxLength || !(text.trim() || files.length)) return undefined;
    send(text, take(id));
    write("");
    return isTouch() ? undefined : field.current.focus();
  };
  useEarlyEnter(text, submit);
  const keys = useKeys({ text, id, submit, write, turn });
  return { id, field, text, files, hint, turn, write, add, submit, keys };
}

const tooLong = (over) =>
  `This is ${counted(over)} characters too long. Shorten it, and it can be sent.`;

/** The field grows with its text: a hidden copy behind it gives the height, without measuring. */
function Field({ field, text, write, placeholder, disabled, keys }) {
  return (
    <div className="grow" data-copy={text.slice(0, MIRRORED)}>
      <textarea
        ref={field}
        data-testid="composer"
        aria-label="Message"
        rows={1}
        dir="auto"
        autoComplete="off"
        value={text}
        placeholder={placeholder}
        readOnly={disabled}
        onChange={(event) => write(event.target.value)}
        onKeyDown={keys.down}
        onCompositionStart={keys.start}
        onCompositionEnd={keys.end}
      />
    </div>
  );
}

function useKeys({ text, id, submit, write, turn }) {
  const composing = useRef(null);
  composing.current ??= composition();
  const plain = (event) => !event.shiftKey && !event.altKey && !event.ctrlKey && !event.metaKey;
  const recall = () => {
    const said = lastSaid(id);
    write(said.text);
    putBack(id, said.files);
  };
  const KEYS = {
    Enter: () => !isTouch() && submit,
    Escape: () => turn.running && !isSomethingOpen() && turn.stop,
    ArrowUp: () => text === "" && !attachedTo(id).length && lastSaid(id) && recall,
  };
  const down = (event) => {
    if (!plain(event) || composing.current.owns(event)) return;
    const act = KEYS[event.key]?.();
    if (!act) return;
    event.preventDefault();
    act(event);
  };
  return { down, start: composing.current.start, end: composing.current.end };
}

/** What reaches the composer from the rest of the page. */
function useWindow(field, write, onNewChat) {
  const latest = useRef({});
  latest.current = { write, onNewChat };
  useEffect(() => {
    const focus = () => field.current.focus();
    const propose = (event) => {
      latest.current.write(event.detail);
      focus();
    };
    window.addEventListener("assistant:propose", propose);
    window.addEventListener("assistant:compose", focus);
    const unbind = onShortcut({ focus, newChat: () => latest.current.onNewChat?.() });
    const unwatch = watchViewport();
    return () => {
      window.removeEventListener("assistant:propose", propose);
      window.removeEventListener("assistant:compose", focus);
      unbind();
      unwatch();
    };
  }, [field]);
}

function Counter({ length, max }) {
  if (length < max * COUNT_FROM) return null;
  return (
    <span className="count">
      {counted(length)} / {counted(max)}
    </span>
  );
}

/**
 * waits: for what it waits, "" where it does not. It submits no form: before the scripts have come,
 * that would load the page anew.
 */
function Send({ ready, waits, send }) {
  return (
    <button
      type="button"
      className="go"
      data-testid="send"
      aria-label={waits ? `Send. ${waits}` : "Send"}
      title={waits}
      aria-disabled={!ready}
      onClick={send}
    >
      <Icon name="send" size={18} />
    </button>
  );
}

/**
 * The second click of a double click on Send lands here, and is not meant for Stop. Its button goes:
 * who pressed it is in the field then.
 */
function Stop({ turn, field }) {
  const click = (event) => {
    if (event.detail > 1 || turn.stopping) return;
    turn.stop();
    if (!isTouch()) field.current.focus();
  };
  return (
    <button
      type="button"
      className="go"
      data-testid="stop"
      aria-label="Stop"
      aria-disabled={turn.stopping}
      onClick={click}
    >
      <span className="stop-mark" />
    </button>
  );
}
