// Signs that nobody sees, or that turn the words around: a reader must learn that they are there.

const HIDDEN = String.raw`[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}\p{Co}\p{Default_Ignorable_Code_Point}\u2800]`;
// What holds an emoji together is part of it.
const INSIDE_EMOJI = String.raw`(?<=[\p{Emoji}\p{Emoji_Modifier}]\uFE0F?)(?:\uFE0F|\u200D(?=\p{Extended_Pictographic}))`;
const IN_TEXT = new RegExp(String.raw`((?!${INSIDE_EMOJI})(?![\n\t])${HIDDEN})`, "u");
const IN_NAMES = new RegExp(String.raw`(${HIDDEN}|(?! )\p{Zs})`, "u");

/** The text cut at its hidden signs: the second piece, the fourth and so on are such signs. */
export const piecesOf = (text) => text.split(IN_TEXT);

/** As piecesOf, for an address or a name: there not even a strange blank has a meaning. */
export const piecesOfName = (name) => name.split(IN_NAMES);

/** How a hidden sign is written for people: "U+200B". */
export const codeOf = (sign) =>
  `U+${sign.codePointAt(0).toString(16).toUpperCase().padStart(4, "0")}`;
