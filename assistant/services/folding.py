"""Text as it is searched: without case, accents, invisible signs and runs of blanks.

Vowel signs and other marks that tell words apart (Devanagari, Thai, Japanese) stay.
"""

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from itertools import islice

SNIPPET_BEFORE = 40
SNIPPET_CHARACTERS = 180
NEAR_CHARACTERS = 512
EDGE = 16  # so far from the cut a blank is looked for

_QUERY = re.compile(r'"([^"]*)"?|([^\s"]+)')
_QUOTES = str.maketrans(dict.fromkeys("“”„‟", '"'))
_ACCENTS = (*range(10, 37), *range(202, 241))  # canonical combining classes
_INVISIBLE = {*map(chr, range(0xFE00, 0xFE10)), *map(chr, range(0xE0100, 0xE01F0)), "\u034f"}
_REMEMBERED = 20_000


class _Folds(dict[int, str]):
    """What each code point becomes, found out at its first use."""

    def __missing__(self, code: int) -> str:
        fold = _fold(chr(code))
        if len(self) < _REMEMBERED:
            self[code] = fold
        return fold


def _fold(character: str) -> str:
    lower = _decomposed(_decomposed(character).casefold()).replace(
        "\u0131", "i"
    )  # the Turkish dotless i
    return "".join(" " if _is_blank(c) else c for c in lower if not _is_ignored(c))


def _decomposed(text: str) -> str:
    return unicodedata.normalize("NFKD", text)


def _is_blank(character: str) -> bool:
    return character.isspace() or unicodedata.category(character) in ("Cc", "Zs", "Zl", "Zp")


def _is_ignored(character: str) -> bool:
    return (
        unicodedata.category(character) == "Cf"
        or unicodedata.combining(character) in _ACCENTS
        or character in _INVISIBLE
    )


_FOLDS = _Folds()
_ASCII_FOLDS = bytes(ord(_FOLDS[code]) for code in range(128)) + bytes(128)


def composed(text: str) -> str:
    """The text in the one form (NFC) whose parts fold as the whole does."""
    return unicodedata.normalize("NFC", text)


def folded(text: str) -> str:
    """The text as it is searched. What begins a composed text, begins the folded one too."""
    fold = _plainly_folded(text) if text.isascii() else composed(text).translate(_FOLDS)
    while "  " in fold:
        fold = fold.replace("  ", " ")
    return fold


def _plainly_folded(text: str) -> str:
    """A text of ASCII, each sign by its fold: many times faster than as any text."""
    return text.encode().translate(_ASCII_FOLDS).decode()


def terms_of(query: str) -> list[str]:
    """The folded strings that must all occur: words, and phrases in double quotes."""
    found = (folded(phrase or word) for phrase, word in _QUERY.findall(query.translate(_QUOTES)))
    return list(dict.fromkeys(filter(None, map(str.strip, found))))


def holds(text: str, terms: Iterable[str]) -> bool:
    """Whether a folded text has all terms."""
    return all(term in text for term in terms)


def pieces(text: str, terms: Iterable[str]) -> list[str]:
    """The text in pieces: the second, the fourth and so on are what matches."""
    text = composed(text)
    cuts = [cut for span in _original(text, _spans(folded(text), terms)) for cut in span]
    return [text[start:end] for start, end in zip([0, *cuts], [*cuts, len(text)], strict=True)]


def snippet(text: str, terms: Iterable[str]) -> list[str]:
    """A line around the first match in a text, in `pieces`; "…" stands for what is left out."""
    line = composed(" ".join(text.split()))
    before, near = _near(line, terms)
    match, after = next(iter(_original(near, _spans(folded(near), terms)[:1])), (0, 0))
    start = _start_of_word(near, max(match - SNIPPET_BEFORE, 0), match)
    end = _end_of_word(near, after, max(start + SNIPPET_CHARACTERS, after))
    found = pieces(near[start:end], terms)
    found[0] = "…" * (before + start > 0) + found[0]
    found[-1] += "…" * (before + end < len(line))
    return found


def _near(line: str, terms: Iterable[str]) -> tuple[int, str]:
    """The part of a line that has the first match, and how much stands before it."""
    if len(line) <= 2 * NEAR_CHARACTERS:
        return 0, line
    fold = folded(line)
    first = min(at for term in terms if (at := fold.find(term)) >= 0)
    steps = range(0, len(line) + 1, NEAR_CHARACTERS)
    step = bisect_right(steps, first, key=lambda n: len(folded(line[:n]))) - 1
    before = max(steps[step] - SNIPPET_BEFORE, 0)
    return before, line[before : steps[step] + 2 * NEAR_CHARACTERS]


def _spans(fold: str, terms: Iterable[str]) -> list[tuple[int, int]]:
    """Where a folded text matches, from first to last, none touching the next."""
    spans: list[tuple[int, int]] = []
    for start, end in sorted(hit for term in terms for hit in _hits(fold, term)):
        if spans and start <= spans[-1][1]:
            spans[-1] = (spans[-1][0], max(end, spans[-1][1]))
        else:
            spans.append((start, end))
    return spans


def _hits(fold: str, term: str) -> Iterator[tuple[int, int]]:
    at = fold.find(term)
    while at >= 0:
        yield at, at + len(term)
        at = fold.find(term, at + len(term))


def _original(text: str, spans: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """The spans of its folded text, in a composed text."""
    if not spans:
        return []
    read = text[: spans[-1][1] + 1]
    if len(folded(read)) == len(read) and all(len(_FOLDS[ord(sign)]) == 1 for sign in set(read)):
        return spans  # sign for sign, and no run of blanks
    origins = [*islice(_origins(text), spans[-1][1] + 1), len(text)]
    return [(origins[start], max(origins[end - 1] + 1, origins[end])) for start, end in spans]


def _origins(text: str) -> Iterator[int]:
    """For each character of the folded text, which character of the composed text became it."""
    last = ""
    for at, character in enumerate(text):
        for fold in _FOLDS[ord(character)]:
            if not fold == last == " ":
                yield at
            last = fold


def _start_of_word(line: str, start: int, match: int) -> int:
    blank = line.find(" ", start, min(start + EDGE, match)) if start else -1
    return max(start, blank + 1)


def _end_of_word(line: str, after: int, end: int) -> int:
    blank = line.rfind(" ", max(end - EDGE, after), end) if end < len(line) else -1
    return blank if blank >= 0 else end
