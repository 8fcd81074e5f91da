// Markdown of an answer. It comes in a chunk of its own, after the page can already be used.
import { memo, useMemo, useRef } from "react";
import { UNCUT, cut } from "./blocks.js";
import { CodeBlock, Growing } from "./code_block.jsx";
import { drawn } from "./drawn.js";
import { Link } from "./link.jsx";
import { elementsOf } from "./markdown.js";

const COMPONENTS = { a: Link, input: Check, pre: CodeBlock, table: Table };

/** text: markdown, perhaps unfinished. live: it still grows, and a caret stands at its end. */
export const Answer = memo(function Answer({ text, live }) {
  const { settled, open } = useBlocks(text, live);
  return (
    <div className={live ? "words live" : "words"}>
      <div>
        {[...settled, ...open].map((tree, at) => (
          <Block key={at} tree={tree} growing={live && at >= settled.length} />
        ))}
      </div>
    </div>
  );
});

function useBlocks(text, live) {
  const before = useRef(UNCUT);
  return useMemo(() => (before.current = cut(text, live, before.current)), [text, live]);
}

const Block = memo(function Block({ tree, growing }) {
  const elements = useMemo(() => drawn(elementsOf(tree), COMPONENTS), [tree]);
  return <Growing value={growing}>{elements}</Growing>;
});

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
