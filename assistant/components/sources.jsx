// Where something that was read stands: numbered chips with the host that a click leads to.
import { placesOf } from "./sources.js";

/** sources: [{title, url}] */
export function Sources({ sources }) {
  const places = placesOf(sources);
  if (places.length === 0) return null;
  return (
    <ol className="sources" aria-label="Sources">
      {places.map(({ title, href, host }, at) => (
        <li key={at}>
          <a
            className="source"
            href={href}
            title={`${title}\n${href}`}
            target="_blank"
            rel="noopener noreferrer nofollow"
          >
            <span className="source-number">{at + 1}</span>
            {host}
          </a>
        </li>
      ))}
    </ol>
  );
}
