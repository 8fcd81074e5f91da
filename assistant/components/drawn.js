// Draws a tree of elements (hast). What it holds was decided before, in markdown.js; all the same,
// only these attributes ever come into the page.
import { Fragment, createElement } from "react";

const PLAIN = ["href", "checked", "disabled", "type", "start"];
const ROWS = new Set(["table", "thead", "tbody", "tr"]); // no words stand between cells

/** components: what draws a tag in the place of the tag, by its name; each is given its node. */
export function drawn(node, components = {}) {
  if (node.type === "text") return node.value;
  const children = node.children
    .filter((child) => !(ROWS.has(node.tagName) && child.type === "text"))
    .map((child) => drawn(child, components));
  if (node.type === "root") return createElement(Fragment, null, ...children);
  const own = components[node.tagName];
  return createElement(own ?? node.tagName, attributesOf(node, own), ...children);
}

function attributesOf(node, own) {
  const { className, align, ...given } = node.properties;
  const attributes = own ? { node } : {};
  for (const name of PLAIN) if (name in given) attributes[name] = given[name];
  if (className) attributes.className = [className].flat().join(" ");
  if (align) attributes.style = { textAlign: align };
  return attributes;
}
