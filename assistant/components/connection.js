// Whether any of our lines is cut at the moment.
import { signal } from "./signal.js";

const cut = new Set();

/** True while a line is lost and being mended. */
export const connectionLost = signal(false);

export function lost(line) {
  cut.add(line);
  connectionLost.set(true);
}

export function restored(line) {
  cut.delete(line);
  connectionLost.set(cut.size > 0);
}
