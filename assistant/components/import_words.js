// What became of an archive, in words.

const KINDS = {
  conversations: ["conversation", "conversations"],
  files: ["file", "files"],
  notes: ["note", "notes"],
};
const SETTINGS = {
  name: "your name",
  model: "the usual model",
  language: "the language of answers",
  theme: "the appearance",
  short: "who answers short questions",
  instructions: "your instructions",
};
const list = new Intl.ListFormat("en");

/** told: what the server answers to an import. */
export function sentence(told) {
  const counts = Object.entries(KINDS)
    .filter(([kind]) => told[kind] > 0)
    .map(([kind, [one, many]]) => `${told[kind]} ${told[kind] === 1 ? one : many}`);
  const all = Object.keys(KINDS).reduce((sum, kind) => sum + told[kind], 0);
  const left = told.skipped.length + told.unnamed;
  const not = left ? ` ${left} ${left === 1 ? "item was" : "items were"} not:` : "";
  if (all > 0) return `${list.format(counts)} ${all === 1 ? "was" : "were"} imported.${not}`;
  if (left > 0) return `Nothing was imported.${not}`;
  return "There are no conversations, files or notes in this archive.";
}

/** Which settings came, "" for none. */
export const taken = ({ taken: names }) =>
  names.length > 0 ? `Taken from its settings: ${named(names)}.` : "";

/** Which settings of the user's are others than those of the archive, "" for none. */
export const kept = ({ kept: names }) =>
  names.length > 0 ? `Not taken, because you have your own here: ${named(names)}.` : "";

export const LEFT =
  "Left in the archive: what tools did, approvals and usage, because they are the history of " +
  "another place; permissions, connections, ways in, sessions and the plan, because no file may " +
  "give power.";

const named = (names) => list.format(names.map((name) => SETTINGS[name]));
