// The languages whose code gets colours, by the names that stand behind ```. Each loads by itself.

const GRAMMARS = {
  "bash sh zsh": () => import("highlight.js/lib/languages/bash"),
  "c h": () => import("highlight.js/lib/languages/c"),
  "cpp c++ cc hpp": () => import("highlight.js/lib/languages/cpp"),
  "csharp c# cs": () => import("highlight.js/lib/languages/csharp"),
  "css": () => import("highlight.js/lib/languages/css"),
  "diff patch": () => import("highlight.js/lib/languages/diff"),
  "dockerfile docker": () => import("highlight.js/lib/languages/dockerfile"),
  "go golang": () => import("highlight.js/lib/languages/go"),
  "graphql gql": () => import("highlight.js/lib/languages/graphql"),
  "ini toml": () => import("highlight.js/lib/languages/ini"),
  "java": () => import("highlight.js/lib/languages/java"),
  "javascript js jsx mjs cjs": () => import("highlight.js/lib/languages/javascript"),
  "json jsonc json5": () => import("highlight.js/lib/languages/json"),
  "kotlin kt kts": () => import("highlight.js/lib/languages/kotlin"),
  "lua": () => import("highlight.js/lib/languages/lua"),
  "makefile make mk": () => import("highlight.js/lib/languages/makefile"),
  "markdown md": () => import("highlight.js/lib/languages/markdown"),
  "nginx": () => import("highlight.js/lib/languages/nginx"),
  "php": () => import("highlight.js/lib/languages/php"),
  "powershell ps1 pwsh": () => import("highlight.js/lib/languages/powershell"),
  "python py": () => import("highlight.js/lib/languages/python"),
  "r": () => import("highlight.js/lib/languages/r"),
  "ruby rb": () => import("highlight.js/lib/languages/ruby"),
  "rust rs": () => import("highlight.js/lib/languages/rust"),
  "scala": () => import("highlight.js/lib/languages/scala"),
  "scss": () => import("highlight.js/lib/languages/scss"),
  "shell console": () => import("highlight.js/lib/languages/shell"),
  "sql": () => import("highlight.js/lib/languages/sql"),
  "swift": () => import("highlight.js/lib/languages/swift"),
  "typescript ts tsx": () => import("highlight.js/lib/languages/typescript"),
  "xml html svg": () => import("highlight.js/lib/languages/xml"),
  "yaml yml": () => import("highlight.js/lib/languages/yaml"),
};

const LOADERS = new Map(
  Object.entries(GRAMMARS).flatMap(([names, load]) => names.split(" ").map((name) => [name, load])),
);

/** Whether code of this language can get colours. */
export const isKnown = (language) => LOADERS.has(language);

/** Fetches what it takes. Returns the function that makes a coloured tree (hast) of a text. */
export async function loadColours(language) {
  const [{ colour }, grammar] = await Promise.all([
    import("./colours.js"),
    LOADERS.get(language)(),
  ]);
  return (text) => colour(text, language, grammar.default);
}
