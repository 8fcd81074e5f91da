// Markdown of an answer. It comes in a chunk of its own, after the page can already be used.
import { memo } from "react";
import { harden } from "rehype-harden";
import { Streamdown, defaultRehypePlugins } from "streamdown";
import { CodeBlock } from "./code_block.jsx";
import { Link } from "./link.jsx";

const TAGS = "h1 h2 h3 h4 h5 h6 p strong ol ul li hr blockquote thead tbody tr th td sup sub";

// Plain tags in place of Streamdown's own: the look is ours, and nothing in it can act.
const COMPONENTS = {
  ...Object.fromEntries(TAGS.split(" ").map((tag) => [tag, tag])),
  a: Link,
  code: "code",
  input: Check,
  pre: CodeBlock,
  table: Table,
};

// Without rehype-raw, HTML stays text. "*" means http and https only; mailto passes of itself.
const REHYPE = [
  wordsForImages,
  defaultRehypePlugins.sanitize,
  [
    harden,
    { allowedLinkPrefixes: ["*"], allowedImagePrefixes: [], linkBlockPolicy: "text-only" },
  ],
];

const UNFINISHED = { linkMode: "text-only", images: false };

/** text: markdown, perhaps unfinished. live: it still grows, and a caret stands at its end. */
export const Answer = memo(function Answer({ text, live }) {
  return (
    <div className={live ? "words live" : "words"}>
      <Streamdown
        components={COMPONENTS}
        rehypePlugins={REHYPE}
        remend={UNFINISHED}
        parseIncompleteMarkdown={live}
        controls={false}
      >
        {text}
      </Streamdown>
    </div>
  );
});

/** An image in an answer could carry words out of the building: its address is never asked. */
function wordsForImages() {
  const visit = (node) => {
    node.children = node.children?.map((child) =>
      child.tagName === "img"
        ? { type: "text", value: `[image: ${child.properties.alt || "no description"}]` }
        : visit(child),
    );
    return node;
  };
  return visit;
}

/** The box of a task list: it tells, and cannot be ticked. */
function Check({ checked }) {
  const label = checked ? "Done" : "Open";
  return <span className="check" data-on={checked} role="img" aria-label={label} />;
}

function Table({ children }) {
  return (
    <div className="table-frame" role="region" aria-label="Table" tabIndex={0}>
      <table>{children}</table>
    </div>
  );
}
