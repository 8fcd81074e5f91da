// A link in an answer: it opens elsewhere, and says where.

const SCHEMES = new Set(["https:", "http:", "mailto:"]);

/** The address, if it is a whole one of a scheme that we let through. */
function addressOf(href) {
  const url = URL.parse(href);
  return url && SCHEMES.has(url.protocol) ? url : null;
}

const textOf = (node) => node.value ?? node.children?.map(textOf).join("") ?? "";

const DECORATION = /^(https?:\/\/)?(www\.)?/;

/** Where the words do not begin with the target themselves, it stands behind them. */
function hiddenTarget(url, node) {
  const target = (url.hostname || url.pathname).replace(DECORATION, "");
  const words = textOf(node).trim().toLowerCase().replace(DECORATION, "");
  const next = words.charAt(target.length);
  return words.startsWith(target.toLowerCase()) && "/?#:".includes(next) ? "" : target;
}

export function Link({ href, node, children }) {
  const url = addressOf(href);
  if (!url) return <span>{children}</span>;
  const target = hiddenTarget(url, node);
  return (
    <a href={url.href} title={url.href} target="_blank" rel="noopener noreferrer nofollow">
      {children}
      {target && <span className="target"> ({target})</span>}
    </a>
  );
}
