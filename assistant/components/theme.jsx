// The theme. Reflex keeps it in localStorage and sets it before the first paint; here it is chosen,
// and follows the user from one browser, and one tab, to the next.
import { useContext, useEffect } from "react";
import { ColorModeContext } from "$/utils/context";
import { user } from "./user_mark.js";

const THEMES = { system: "System", light: "Light", dark: "Dark" };

const HEARD = "assistant:theme"; // whose theme was heard of last, and how new it was

/**
 * theme, since: what the server knows, and since when; "" before that. It shows nothing. A page
 * that comes back with what it knew before must not undo what was chosen meanwhile.
 */
export function KeptTheme({ theme, since }) {
  const { rawColorMode, setColorMode } = useContext(ColorModeContext);
  useEffect(() => {
    if (theme in THEMES && isNews(since)) setColorMode(theme);
  }, [theme, since]);
  useEffect(() => tintBrowser(rawColorMode), [rawColorMode]);
  useEffect(() => {
    const follow = ({ key, newValue }) => key === "theme" && newValue in THEMES && setColorMode(newValue);
    window.addEventListener("storage", follow);
    return () => window.removeEventListener("storage", follow);
  }, []);
  return null;
}

function isNews(since) {
  const [who, at] = (localStorage.getItem(HEARD) ?? "").split(" ");
  if (who === user && since <= Number(at)) return false;
  localStorage.setItem(HEARD, `${user} ${since}`);
  return true;
}

/** Lets the bars of the browser have the colour of the theme rather than that of the system. */
function tintBrowser(theme) {
  for (const meta of document.querySelectorAll("meta[name=theme-color]")) {
    const { scheme } = meta.dataset;
    if (theme === "system") meta.media = `(prefers-color-scheme: ${scheme})`;
    else meta.media = theme === scheme ? "all" : "not all";
  }
}

/** onChoose(theme): it is in force already. */
export function ThemeChoice({ label, onChoose }) {
  const { rawColorMode, setColorMode } = useContext(ColorModeContext);
  const choose = (theme) => {
    setColorMode(theme);
    onChoose?.(theme);
  };
  return (
    <div className="choices" role="radiogroup" aria-label={label}>
      {Object.entries(THEMES).map(([theme, words]) => (
        <label key={theme}>
          <input
            type="radio"
            name="theme"
            value={theme}
            checked={rawColorMode === theme}
            onChange={() => choose(theme)}
          />
          <span>{words}</span>
        </label>
      ))}
    </div>
  );
}
