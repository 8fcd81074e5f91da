// How often the page may be drawn anew.

const PAUSE_MS = 33;

/**
 * A function that asks for work(): the first time at once, then no more often than every 33 ms.
 * When drawing is slow the pause grows with it, so that typing and scrolling keep half of the time.
 */
export function paced(work) {
  let next = 0;
  let waiting = false;

  const run = () => {
    waiting = false;
    const start = performance.now();
    work();
    // React draws in a microtask of its own, queued before this one.
    queueMicrotask(() => {
      const end = performance.now();
      next = Math.max(start + PAUSE_MS, end + (end - start));
    });
  };

  return () => {
    if (waiting) return;
    waiting = true;
    const wait = next - performance.now();
    if (wait > 0) setTimeout(run, wait);
    else queueMicrotask(run);
  };
}
