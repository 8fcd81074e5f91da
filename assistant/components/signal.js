// A value that components can subscribe to; the smallest store that useSyncExternalStore takes.

/** Returns {get, set, subscribe}. Setting an equal value tells nobody. */
export function signal(value) {
  const watchers = new Set();
  return {
    get: () => value,
    set(next) {
      if (Object.is(next, value)) return;
      value = next;
      watchers.forEach((watcher) => watcher());
    },
    subscribe(watcher) {
      watchers.add(watcher);
      return () => watchers.delete(watcher);
    },
  };
}
