// The height that a phone's keyboard leaves: iOS lays it over the page instead of resizing it.

const KEYBOARD_PX = 80; // anything lower than this is the browser's own bars, which dvh knows

/** Keeps --visible-height on the root element while a keyboard is up. Returns the way to stop. */
export function watchViewport() {
  const viewport = window.visualViewport;
  const measure = () => {
    // A page that is zoomed in shows less without having less.
    if (viewport.scale > 1) return;
    const { style } = document.documentElement;
    const covered = window.innerHeight - viewport.height > KEYBOARD_PX;
    if (covered) style.setProperty("--visible-height", `${viewport.height}px`);
    else style.removeProperty("--visible-height");
  };
  viewport.addEventListener("resize", measure);
  measure();
  return () => viewport.removeEventListener("resize", measure);
}
