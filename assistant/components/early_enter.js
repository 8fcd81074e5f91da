// Stands in the head of each page as it is (head.py). The field is shown before the scripts have come,
// and Enter in it would be a new line: what it was pressed for is noted, and sent by use_early_enter.js.
{
  const heard = new AbortController();
  const early = (window.earlyEnter = { text: "", heard });
  const isPlain = ({ shiftKey, altKey, ctrlKey, metaKey, isComposing, keyCode }) =>
    !(shiftKey || altKey || ctrlKey || metaKey || isComposing || keyCode === 229);
  const isTouch = () => matchMedia("(hover: none) and (pointer: coarse)").matches;
  const onKey = (event) => {
    const { key, target } = event;
    if (key !== "Enter" || !isPlain(event) || target.dataset.testid !== "composer" || isTouch()) return;
    event.preventDefault();
    early.text = target.value;
  };
  addEventListener("keydown", onKey, { capture: true, signal: heard.signal });
}
