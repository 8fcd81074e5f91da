"""Names of files: nothing in them leads elsewhere, and nothing hides."""

import unicodedata

from assistant.errors import Refused

LONGEST = 200
BAD = (
    "This is no name for a file: it needs 1 to 200 characters, and no slash, no line break and "
    "none that hides or turns the others. Nothing was kept; give it another name."
)
_UNSEEN = ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp")
_JOINERS = "\u200c\u200d"  # Persian and emoji need them


def require_name(given: str) -> str:
    """The name in one form of Unicode. Raises Refused."""
    name = unicodedata.normalize("NFC", given).strip()
    fits = 0 < len(name) <= LONGEST and name.strip(".") and not set(name) & set("/\\")
    if not fits or any(_is_unseen(each) for each in name):
        raise Refused(BAD)
    return name


def _is_unseen(character: str) -> bool:
    return unicodedata.category(character) in _UNSEEN and character not in _JOINERS
