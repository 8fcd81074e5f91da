// A fenced block of code: its language, its text, and Copy.
import { CopyButton } from "./copy_button.jsx";

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
  return (
    <figure className="code-block">
      <figcaption>
        <span>{languageOf(code) ?? "text"}</span>
        <CopyButton text={() => text.replace(/\n$/, "")} />
      </figcaption>
      <pre tabIndex={0}>
        <code>{text}</code>
      </pre>
    </figure>
  );
}
