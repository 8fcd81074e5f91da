"""Words of somebody's within a sentence of ours: between quotation marks that they cannot end."""

import re

APOSTROPHE = "'"
# Whatever looks as if the quotation were over, in any script's writing.
_MARKS = re.compile('["\u00ab\u00bb\u201c-\u201f\u2033\u2036\u275d\u275e\u301d-\u301f\uff02\u02ba]')


def quoted(words: str) -> str:
    """The words on one line between “ and ”; marks like these become an apostrophe."""
    line = " ".join(words.split())
    return f"“{_MARKS.sub(APOSTROPHE, line)}”"
