"""The letters of a page that came as bytes, by what its server and the page itself say of them."""

import codecs
import re

MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
LOOKED_AT = 2048
_HEADER = re.compile(r"charset\s*=\s*[\"']?([\w:.-]{1,40})", re.IGNORECASE)
_META = re.compile(rb"<meta[^>]{1,200}?charset\s*=\s*[\"']?\s*([\w:.-]{1,40})", re.IGNORECASE)
# Those that browsers know. Python knows more, and some of them take hours or mean something else.
_KNOWN = re.compile(
    r"utf-8|utf-16(-le|-be)?|iso8859-\d+|cp125\d|cp866|cp874|cp932|cp949|koi8-[ru]|gb2312|gbk"
    r"|gb18030|big5(hkscs)?|euc_(jp|kr)|shift_jis|iso2022_jp|mac-(roman|cyrillic)"
)
_WESTERN = ("ascii", "iso8859-1")  # browsers read the larger windows-1252 for both


def decoded(body: bytes, content_type: str) -> str:
    """The text; what fits no character becomes U+FFFD."""
    for mark, name in MARKS:
        if body.startswith(mark):
            return body[len(mark) :].decode(name, "replace")
    declared = _HEADER.search(content_type)
    encoding = (_known(declared.group(1)) if declared else None) or _known_inside(body)
    return body.decode(encoding, "replace") if encoding else _guessed(body)


def _known_inside(body: bytes) -> str | None:
    """What the page says at its beginning. It is readable, so it cannot be UTF-16."""
    declared = _META.search(body[:LOOKED_AT])
    name = _known(declared.group(1).decode("ascii", "replace")) if declared else None
    return "utf-8" if name and name.startswith("utf-16") else name


def _known(label: str) -> str | None:
    """Python's name of an encoding, None when it is none that pages are written in."""
    try:
        name = codecs.lookup(label).name
    except LookupError:
        return None
    if name in _WESTERN:
        return "cp1252"
    return name if _KNOWN.fullmatch(name) else None


def _guessed(body: bytes) -> str:
    try:
        return body.decode("utf-8")
    except UnicodeDecodeError:
        return body.decode("cp1252", "replace")
