// The few pictures of the chat, drawn inline so that nothing is fetched.

const PATHS = {
  send: "M12 19V5M5.5 11.5 12 5l6.5 6.5",
  copy: "M9 9h10v10H9zM5 15V5h10",
  check: "m5 12.5 4.5 4.5L19 7.5",
  cross: "M7 7l10 10M17 7 7 17",
  down: "M12 5v14M5.5 12.5 12 19l6.5-6.5",
  chevron: "m9 6 6 6-6 6",
  retry: "M20 5v5h-5M19.4 14a8 8 0 1 1-1.6-7.6L20 10",
  below: "m6 9 6 6 6-6",
  menu: "M4 7h16M4 12h16M4 17h16",
  more: "M5 12h.01M12 12h.01M19 12h.01",
  search: "M10.8 17.5a6.7 6.7 0 1 0 0-13.4 6.7 6.7 0 0 0 0 13.4ZM15.8 15.8 20 20",
  play: "M8 5.5v13l10-6.5z",
};

/** name: one of PATHS. Decoration only: the words beside it, or a label, say the rest. */
export function Icon({ name, size = 16 }) {
  return (
    <svg className="icon" width={size} height={size} viewBox="0 0 24 24" aria-hidden="true">
      <path d={PATHS[name]} />
    </svg>
  );
}
