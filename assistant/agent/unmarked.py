"""Markdown's signs, taken off words that stand where nothing draws them: in a title."""

import re

_AT_THE_BEGINNING = re.compile(
    r"^[ \t]*(?:(?:#{1,6}|>+|[-*+])[ \t]+|(?:```|~~~)[^\n]*)", re.MULTILINE
)
# "__" stays: people who ask about code mean names by it, such as __init__. So does what stands in
# a word of Latin letters, such as 2**3; other scripts have no spaces around their stress.
_AROUND = (
    re.compile(r"(?<![A-Za-z0-9\])])!?\[(?P<words>[^\[\]\n]+)\]\([^()\s]*\)"),
    re.compile(
        r"(?<![A-Za-z0-9*])(?P<signs>\*\*|~~)(?=[^\s*])(?P<words>[^*\n]+?)(?<=\S)(?P=signs)(?![A-Za-z0-9*])"
    ),
    re.compile(r"(?<![A-Za-z0-9*])\*(?=[^\s*])(?P<words>[^*\n]+?)(?<=\S)\*(?![A-Za-z0-9*])"),
    re.compile(r"(?<!\w)_(?=[^\s_])(?P<words>[^_\n]+?)(?<=\S)_(?!\w)"),
    re.compile(r"`(?P<words>[^`\n]+)`"),
)


def unmarked(text: str) -> str:
    """The words without the signs of headings, lists, quotes, links, code and stress.

    What is nothing but signs stays as it is.
    """
    words = _AT_THE_BEGINNING.sub("", text)
    for signs in _AROUND:
        words = signs.sub(r"\g<words>", words)
    return words if words.strip() else text
