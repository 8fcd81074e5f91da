"""What may be typed or asked for: one rule for every text that people and pages give us."""

import unicodedata
from uuid import UUID

from assistant.config import MESSAGE_CHARACTERS
from assistant.errors import NotFound, Refused

TITLE_CHARACTERS = 120
NAME_CHARACTERS = 60
INSTRUCTIONS_CHARACTERS = 4_000
BLANKS = "\u034f\u115f\u1160\u2800\u3164\uffa0"  # letters and signs that nobody sees
JOINERS = "\u200c\u200d"  # hold families of emoji and Persian words together


def message_text(text: str, *, alone: bool = True) -> str:
    """The text as it came, or Refused with the reason. Nothing is changed on the way.

    alone: nothing stands beside it, so it has to say something.
    """
    _storable(text)
    if alone and not text.strip():
        raise Refused("There is nothing in this message yet.")
    if len(text) > MESSAGE_CHARACTERS:
        raise Refused(
            f"This message has {len(text):,} characters; {MESSAGE_CHARACTERS:,} fit. "
            "Shorten it, or send it in parts."
        )
    return text


def own_words(text: str, what: str, at_most: int) -> str:
    """Words of one's own in several lines, trimmed; "" is allowed. what: "Your instructions"."""
    _storable(text)
    words = text.strip()
    if len(words) > at_most:
        raise Refused(f"{what} have {len(words):,} characters; {at_most:,} fit.")
    return words


def one_line(text: str, what: str, at_most: int) -> str:
    """A title or a name: one line, without control characters, trimmed."""
    _storable(text)
    line = " ".join("".join(c if c.isprintable() or c in JOINERS else " " for c in text).split())
    if not any(map(_is_seen, line)) or len(line) > at_most:
        raise Refused(f"{what} needs between 1 and {at_most} characters.")
    return unicodedata.normalize("NFC", line)


def _is_seen(character: str) -> bool:
    return character not in BLANKS and unicodedata.category(character)[0] in "LNPS"


def _storable(text: str) -> None:
    if "\x00" in text or any("\ud800" <= c <= "\udfff" for c in text):
        raise Refused("This text has characters that are no text (NUL or half a symbol).")


def identifier(text: str, what: str = "conversation") -> UUID:
    """An id from a page or an address. Raises NotFound: what is no id names nothing."""
    try:
        return UUID(text)
    except ValueError as error:
        raise NotFound(what) from error
