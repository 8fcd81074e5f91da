// Markdown of a stranger, made into a tree of elements that cannot act.
import { sanitize } from "hast-util-sanitize";
import { fromMarkdown } from "mdast-util-from-markdown";
import { gfmFromMarkdown } from "mdast-util-gfm";
import { toHast } from "mdast-util-to-hast";
import { gfm } from "micromark-extension-gfm";

const SYNTAX = { extensions: [gfm()], mdastExtensions: [gfmFromMarkdown()] };

/** The syntax tree of a text (mdast), with GitHub's tables, task lists, footnotes and bare links. */
export const parse = (text) => fromMarkdown(text, SYNTAX);

const asText = (value) => ({ type: "text", value });

const PHRASES = new Set(["paragraph", "heading", "emphasis", "strong", "delete", "link", "tableCell"]);

/** HTML is words like all others. */
function htmlAsWords(_, { value }, parent) {
  if (PHRASES.has(parent.type)) return asText(value);
  return { type: "element", tagName: "p", properties: {}, children: [asText(value)] };
}

/** An image in an answer could carry words out of the building: its address is never asked. */
const imageAsWords = (_, { alt }) => asText(`[image: ${alt || "no description"}]`);

const MAKING = {
  handlers: { html: htmlAsWords, image: imageAsWords, imageReference: imageAsWords },
  footnoteBackContent: () => [], // links lead out of the page only
};

// Only what markdown itself can say. Whatever else came into the tree, by whatever fault, is left out.
const ALLOWED = {
  tagNames: [
    ..."h1 h2 h3 h4 h5 h6 p br hr blockquote ul ol li pre code section".split(" "),
    ..."a em strong del sup input table thead tbody tr th td".split(" "),
  ],
  attributes: {
    a: ["href"],
    code: [["className", /^language-./]],
    input: ["checked", "disabled", "type"],
    ol: ["start"],
    td: ["align"],
    th: ["align"],
  },
  protocols: { href: ["http", "https", "mailto"] },
};

/** The elements of a syntax tree (hast). */
export const elementsOf = (tree) => sanitize(toHast(tree, MAKING), ALLOWED);
