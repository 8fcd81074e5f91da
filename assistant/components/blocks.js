// A markdown text that grows, cut into blocks: those that can no longer change are parsed once.
import remend from "remend";
import { parse } from "./markdown.js";

const UNFINISHED = { linkMode: "text-only", images: false };

/** Nothing cut yet. lines: the text that was looked at. head: its beginning, which is settled. */
export const UNCUT = { lines: "", head: "", settled: [] };

/**
 * text: all of it. live: it still grows, so what is open at its end is closed.
 * before: what this returned for an earlier state of the text.
 * Returns {lines, head, settled, open}. The last two are lists of syntax trees, one for each block;
 * what is settled stays the same object.
 */
export function cut(text, live, before) {
  const whole = text.replace(/^\uFEFF+/, ""); // which the parser does not count
  // A line that is not complete can turn out to belong to the block above it.
  const lines = live ? whole.slice(0, whole.lastIndexOf("\n") + 1) : whole;
  const known = whole.startsWith(before.lines) ? before : UNCUT;
  const sure = known.lines === lines ? known : settle(lines, known);
  const rest = whole.slice(sure.head.length);
  return { ...sure, open: blocksOf(parse(live ? remend(rest, UNFINISHED) : rest)) };
}

/** Blocks are settled as soon as one more stands behind them. */
function settle(lines, { head, settled }) {
  const tree = parse(lines.slice(head.length));
  if (defines(tree)) return { ...UNCUT, lines };
  const done = tree.children.slice(0, -1);
  const end = head.length + (done.at(-1)?.position.end.offset ?? 0);
  return { lines, head: lines.slice(0, end), settled: [...settled, ...done.map(alone)] };
}

const blocksOf = (tree) => (defines(tree) ? [tree] : tree.children.map(alone));

const alone = (node) => ({ type: "root", children: [node] });

const DEFINITIONS = new Set(["definition", "footnoteDefinition"]);

/** Any block could refer to it, so that such a text is one block. */
const defines = (node) => DEFINITIONS.has(node.type) || Boolean(node.children?.some(defines));
