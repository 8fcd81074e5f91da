"""Whom something goes to: one plain address each, with nothing in it that hides another."""

import re
import unicodedata
from typing import Annotated

import idna
from pydantic import AfterValidator, Field

MOST_RECIPIENTS = 50
LONGEST_ADDRESS = 254

_ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
_LOCAL = re.compile(rf"(?=.{{1,64}}$){_ATOM}(\.{_ATOM})*")
_EAST_ASIAN = {"CJK", "HIRAGANA", "KATAKANA", "KATAKANA-HIRAGANA", "HANGUL", "BOPOMOFO"}


def checked(address: str) -> str:
    """The address as it is. Raises ValueError, with a sentence, for what is not one address."""
    local, _, domain = address.rpartition("@")
    ascii_domain = _in_ascii(domain)
    if not _LOCAL.fullmatch(local) or "." not in ascii_domain:
        raise ValueError(
            f"{ascii(address)[:80]} is not one address such as bob@example.com: "
            "give each without a name, each on its own"
        )
    if any(map(_mixes_scripts, domain.split("."))):
        raise ValueError(
            f"the domain of {ascii(address)[:80]} mixes alphabets, as imitations do. "
            f"It is really {ascii_domain}; write it so if it is meant"
        )
    return address


def in_ascii(address: str) -> str:
    """The address as it travels: a domain of other letters in its form of ASCII."""
    local, _, domain = address.rpartition("@")
    return f"{local}@{_in_ascii(domain)}"


def shown(address: str) -> str:
    """The address for people; beside other letters than ASCII stands what they amount to."""
    return address if address.isascii() else f"{address} ({in_ascii(address)})"


def _in_ascii(domain: str) -> str:
    """The domain in ASCII, "" for what is none."""
    if domain.endswith("."):
        return ""
    try:
        return idna.encode(domain.lower(), strict=True, std3_rules=True).decode()
    except (idna.IDNAError, UnicodeError):
        return ""


def _mixes_scripts(label: str) -> bool:
    scripts = {unicodedata.name(c, "?").split()[0] for c in label if c.isalpha()}
    return len(scripts - _EAST_ASIAN) + bool(scripts & _EAST_ASIAN) > 1


Address = Annotated[str, Field(max_length=LONGEST_ADDRESS), AfterValidator(checked)]
Addresses = Annotated[tuple[Address, ...], Field(max_length=MOST_RECIPIENTS)]
