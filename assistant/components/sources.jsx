// Where something that was read stands: numbered chips with the host that a click leads to.

const SCHEMES = new Set(["https:", "http:"]);

/** sources: [{title, url}] */
export function Sources({ sources }) {
  const places = sources.map(placeOf).filter(Boolean);
  if (places.length === 0) return null;
  return (
    <ol className="sources" aria-label="Sources">
      {places.map(({ title, url }, at) => (
        <li key={at}>
          <a
            className="source"
            href={url.href}
            title={`${title}\n${url.href}`}
            target="_blank"
            rel="noopener noreferrer nofollow"
          >
            <span className="source-number">{at + 1}</span>
            {url.host}
          </a>
        </li>
      ))}
    </ol>
  );
}

function placeOf({ title, url }) {
  const address = URL.parse(url);
  return address && SCHEMES.has(address.protocol) ? { title, url: address } : null;
}
