// A fenced block of code: its language, its text, and Copy.
import { createContext, useContext } from "react";
import { CopyButton } from "./copy_button.jsx";
import { drawn } from "./drawn.js";
import { useColours } from "./use_colours.js";

/** Whether the part of the answer around a component is still being written. */
export const Growing = createContext(false);

const textOf = (node) => node.value ?? node.children.map(textOf).join("");

const languageOf = (code) =>
  [code.properties.className ?? []]
    .flat()
    .find((name) => name.startsWith("language-"))
    ?.slice("language-".length);

/** node: the `pre` of the syntax tree, with one `code` in it. */
export function CodeBlock({ node }) {
  const code = node.children[0];
  const text = textOf(code);
  const language = languageOf(code);
  const coloured = useColours(text, language?.toLowerCase(), !useContext(Growing));
  return (
    <figure className="code-block">
      <figcaption>
        <span>{language ?? "text"}</span>
        <CopyButton text={() => text.replace(/\n$/, "")} />
      </figcaption>
      <pre tabIndex={0}>
        <code>{coloured ? drawn(coloured) : text}</code>
      </pre>
    </figure>
  );
}
