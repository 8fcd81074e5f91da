// Finds the words of code that get a colour. It comes with the first block that can have some.
import { createLowlight } from "lowlight";

const { highlight, register, registered } = createLowlight();

/** The tree (hast) of a text: spans with classes. grammar: the one of its language. */
export function colour(text, language, grammar) {
  if (!registered(language)) register(language, grammar);
  return highlight(language, text);
}
