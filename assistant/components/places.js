// How many streams a browser may keep open: HTTP/1.1 allows six connections to a host, over all
// tabs. One more is the feed's, and one is left for all that is asked and sent.

const PLACES = 4;

/** Waits for a place until signal gives up. Resolves to the way to give it back. */
export function takePlace(signal) {
  const taken = new AbortController();
  const either = AbortSignal.any([signal, taken.signal]);
  return new Promise((resolve) => {
    const take = () => {
      if (either.aborted) return undefined; // two came free at once
      taken.abort();
      return new Promise((giveBack) => resolve(giveBack));
    };
    for (let place = 0; place < PLACES; place++)
      navigator.locks.request(`assistant:place:${place}`, { signal: either }, take).catch(() => {});
  });
}
