// Markdown of an answer. It comes in a chunk of its own, after the page can already be used.
import { memo, useMemo, useRef } from "react";
import { Fragment, jsx, jsxs } from "react/jsx-runtime";
import { toJsxRuntime } from "hast-util-to-jsx-runtime";
import { UNCUT, cut } from "./blocks.js";
import { CodeBlock, Growing } from "./code_block.jsx";
import { Link } from "./link.jsx";
import { elementsOf } from "./markdown.js";

const DRAWING = {
  Fragment,
  jsx,
  jsxs,
  components: { a: Link, input: Check, pre: CodeBlock, table: Table },
  passNode: true,
};

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
  const drawn = useMemo(() => toJsxRuntime(elementsOf(tree), DRAWING), [tree]);
  return <Growing value={growing}>{drawn}</Growing>;
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
