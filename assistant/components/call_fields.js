// The arguments of a call as fields: what each is called, how it is shown, and how it is written.

/** "note_id" as people read it: "Note id". */
export const labelOf = (name) => {
  const words = name.replaceAll("_", " ").trim();
  return words.charAt(0).toUpperCase() + words.slice(1);
};

const isText = (value) => typeof value === "string";
const isList = (value) => Array.isArray(value) && value.every(isText);

const FORMS = {
  text: { write: (value) => value, read: (text) => text },
  list: {
    write: (value) => value.join("\n"),
    read: (text) => text.split("\n").map((line) => line.trim()).filter(Boolean),
  },
  json: { write: (value) => JSON.stringify(value, null, 2), read: JSON.parse },
};

/** The form of a value: "text", "list" (of texts, one a line) or "json". */
export const formOf = (value) => (isText(value) ? "text" : isList(value) ? "list" : "json");

/** The value as text, to be read and to be changed. */
export const written = (value) => FORMS[formOf(value)].write(value);

/** Whether the text wants more than one line. */
export function isLong(value) {
  const text = written(value);
  return formOf(value) === "list" || text.length > 80 || text.includes("\n");
}

/** Whether the text wants so much room that it is scrolled in a frame of its own. */
export function isTall(value) {
  const text = written(value);
  return text.length > 600 || text.split("\n").length > 8;
}

const NO_JSON = "This is no JSON value. Write text in double quotes.";

/**
 * {values, faults}: the arguments with what was typed (by name) in place of what they were, and why
 * some of it cannot be read.
 */
export function typedInto(values, typed) {
  const faults = {};
  const entries = Object.entries(values).map(([name, before]) => {
    if (typed[name] === undefined || typed[name] === written(before)) return [name, before];
    try {
      return [name, FORMS[formOf(before)].read(typed[name])];
    } catch {
      faults[name] = NO_JSON;
      return [name, before];
    }
  });
  return { values: Object.fromEntries(entries), faults };
}
