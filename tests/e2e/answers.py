"""What a loopback vendor writes for a prompt, to compare with what the page shows."""

from tests.vendors.directives import script_for
from tests.vendors.script import Asked, Say


def answer_to(prompt: str, vendor: str = "anthropic") -> str:
    """The whole text, as it was generated."""
    blocks = script_for(vendor, Asked(system="", text=prompt, results=())).blocks
    return "".join("".join(block.pieces) for block in blocks if isinstance(block, Say))


def words_to(prompt: str) -> str:
    """The text of an answer that is one paragraph, as a page shows it."""
    return answer_to(prompt).strip()
