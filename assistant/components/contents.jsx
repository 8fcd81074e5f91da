// The way to each part of a long page. The address stays: nothing of the page is loaded anew.

/** parts: the headings in order, each {id, title}. label: what they are the parts of. */
export function Contents({ label, parts }) {
  return (
    <nav className="contents" aria-label={label}>
      {parts.map(({ id, title }) => (
        <a key={id} href={`#${id}`} onClick={(event) => show(event, id)}>
          {title}
        </a>
      ))}
    </nav>
  );
}

/** Who goes on by keys or by a screen reader goes on from there. */
function show(event, id) {
  event.preventDefault();
  const heading = document.getElementById(id);
  const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
  heading.tabIndex = -1;
  heading.focus({ preventScroll: true });
  heading.scrollIntoView({ block: "start", behavior: calm ? "instant" : "smooth" });
}
