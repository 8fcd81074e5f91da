// Which keys mean what, in a field where people also compose characters.

const CONFIRM_MS = 100;

/** Without a mouse there is a virtual keyboard: its Enter is a new line, and the button sends. */
export const isTouch = () => matchMedia("(hover: none) and (pointer: coarse)").matches;

/**
 * Watches one field's composition. The Enter that confirms a composed word must not send it.
 * Safari tells of that Enter only after the composition's end, as key code 229; elsewhere a real
 * Enter can carry 229 as well, so that it counts only right after the end.
 */
export function composition() {
  let active = false;
  let endedAt = -Infinity;
  return {
    start: () => (active = true),
    end(event) {
      active = false;
      endedAt = event.timeStamp;
    },
    owns: (event) =>
      active ||
      event.nativeEvent.isComposing ||
      (event.keyCode === 229 && event.timeStamp - endedAt < CONFIRM_MS),
  };
}

/** Something lies above the page: Escape belongs to it. */
export const isSomethingOpen = () =>
  document.querySelector("[role=dialog], [role=alertdialog], [role=menu], dialog[open]") !== null;

const isLetter = (event, letter) =>
  event.key.toLowerCase() === letter ||
  // Where the layout has no Latin letters, the key in their place counts.
  (event.code === `Key${letter.toUpperCase()}` && !/^[a-z]$/i.test(event.key));

const isCommand = (event) => (event.ctrlKey || event.metaKey) && !event.altKey;

const SHORTCUTS = [
  [(event) => isCommand(event) && event.shiftKey && isLetter(event, "o"), "newChat"],
  [(event) => isCommand(event) && !event.shiftKey && isLetter(event, "k"), "search"],
  [(event) => event.shiftKey && event.key === "Escape", "focus"],
];

/** Calls actions.newChat, search or focus, those that are given, wherever the focus is. */
export function onShortcut(actions) {
  const listener = (event) => {
    const [, name] = SHORTCUTS.find(([matches]) => matches(event)) ?? [];
    if (!actions[name]) return;
    event.preventDefault();
    actions[name]();
  };
  window.addEventListener("keydown", listener);
  return () => window.removeEventListener("keydown", listener);
}
