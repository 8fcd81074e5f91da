"""Text as a reader sees it: without the characters that hide, turn or smuggle what it says."""

import re

# Controls, soft hyphen, marks that turn the direction, zero width, private use, lone surrogates,
# tags and variation selectors that can spell whole sentences to a model and nothing to a person.
# The joiners U+200C and U+200D stay: Persian and emoji need them.
_UNSEEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\xad\u061c\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f"
    "\ud800-\udfff\ue000-\uf8ff\ufeff\ufff0-\ufffb\U000e0000-\U000e0fff\U000f0000-\U0010ffff]"
)
_LINE_ENDS = re.compile("\r\n?|[\u2028\u2029\x85]")
_BLANKS = re.compile(r"[^\S\n]+")
_EMPTY_LINES = re.compile(r"\n{3,}")


def plain(text: str) -> str:
    """The text with nothing unseen in it, and at most one empty line at a place."""
    seen = _UNSEEN.sub("", _LINE_ENDS.sub("\n", text))
    return _EMPTY_LINES.sub("\n\n", seen).strip()


def one_line(text: str, most: int) -> str:
    """The same on one line, cut to so many characters."""
    line = _BLANKS.sub(" ", plain(text).replace("\n", " "))
    return line if len(line) <= most else f"{line[: most - 1].rstrip()}…"
