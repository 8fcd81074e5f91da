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
  clip: "m20 11.5-8.2 8.2a5 5 0 0 1-7.1-7.1l8.6-8.6a3.3 3.3 0 0 1 4.7 4.7l-8.5 8.5a1.7 1.7 0 0 1-2.4-2.4l7.8-7.8",
  file: "M14 3H7a1 1 0 0 0-1 1v16a1 1 0 0 0 1 1h10a1 1 0 0 0 1-1V7zM14 3v4h4M9 12h6M9 16h6",
  picture: "M4 5h16v14H4zM4 16l4.5-4.5L13 16l2.5-2.5L20 18M15 9h.01",
  sheet: "M4 5h16v14H4zM4 10h16M4 14.5h16M10 5v14",
  slides: "M3 4h18M5 4v11h14V4M12 15v5M9 20h6",
  previous: "m15 6-6 6 6 6",
  pencil: "M4.5 19.5 5.4 15 16 4.5l3.5 3.5L9 18.6zM13.5 7l3.5 3.5",
  coin: "M12 4a8 8 0 1 0 0 16 8 8 0 0 0 0-16ZM14.4 9.6c-2-2-4.9-.9-4.9.6 0 2.6 5 1.2 5 3.8 0 1.6-3 2.5-5 .5M12 7.6v8.8",
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
