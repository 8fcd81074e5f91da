// Chance that comes out the same at every run, so that a test that fails once fails again.

/** below(n): a whole number from 0 to n - 1. */
export function chance(seed) {
  let state = seed;
  return function below(n) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * n);
  };
}
