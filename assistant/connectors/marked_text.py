"""What a letter in HTML says. Its marks are only dropped, never nested: that takes linear time."""

import html
import re

# No part of it can match what another part does, and none crosses a "<".
_TOKEN = re.compile(
    r"<!--|-->|</?([a-z][\w:-]*)(?:[^<>\"']|\"[^\"<]*\"|'[^'<]*')*>|<[!?][^<>]*>", re.I
)
_BLOCKS = "p br div li ul ol dl dt dd tr table h1 h2 h3 h4 h5 h6 hr blockquote pre section article"
_SPACES = {**dict.fromkeys(_BLOCKS.split(), "\n"), "td": " ", "th": " "}
_UNSEEN = frozenset({"script", "style", "title", "template"})


def said(markup: str) -> str:
    """The text, a line for each block; what no reader sees (scripts, comments) is left out."""
    pieces, at, end = [], 0, ""  # end: of what is hidden, "" where all is seen
    for token in _TOKEN.finditer(markup):
        mark, name = token[0].lower(), (token[1] or "").lower()
        if not end:
            pieces += [html.unescape(markup[at : token.start()]), _SPACES.get(name, "")]
            end = _end_of(mark, name)
        elif mark.startswith(end) or mark.endswith(end):
            end = ""
        at = token.end()
    pieces.append("" if end else html.unescape(markup[at:]))
    return "".join(pieces).replace("\xa0", " ")


def _end_of(mark: str, name: str) -> str:
    """How what this mark hides is ended, "" when it hides nothing."""
    if mark == "<!--":
        return "-->"
    return f"</{name}" if name in _UNSEEN and not mark.startswith("</") else ""
