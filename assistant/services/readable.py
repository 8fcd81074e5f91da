"""A conversation as Markdown: what was asked and answered on the branch that is shown."""

import json
from collections.abc import Callable, Iterable
from typing import Any

from assistant.services.contents import Entry, shown

Item = dict[str, Any]
ENDINGS = {
    "running": "This answer was still being written.",
    "waiting": "This answer was still waiting.",
    "stopped": "Stopped here.",
    "failed": "This answer failed.",
    "interrupted": "This answer was cut off.",
}
SUMMARISED = "*The {} messages up to here are summarised for the model:*"


def opening(title: str, begun: str) -> str:
    """How the document begins. begun: a time in ISO form."""
    return f"# {' '.join(title.split())}\n\nBegun on {_moment(begun)}.\n"


def section(item: Item) -> str:
    """One message of an export (`export.py`)."""
    who = "You" if item["role"] == "user" else item["model"] or "Assistant"
    paragraphs = [f"## {who} · {_moment(item['created_at'])}", *_written(item["parts"])]
    if item["notice"]:
        paragraphs.append(f"*{item['notice']}*")
    if item["status"] in ENDINGS:
        paragraphs.append(f"*{' '.join(filter(None, (ENDINGS[item['status']], item['error'])))}*")
    if summary := item.get("summarised"):
        paragraphs += [SUMMARISED.format(summary["messages"]), _quoted(summary["text"])]
    return "\n" + "\n\n".join(paragraphs) + "\n"


def _moment(iso: str) -> str:
    return f"{iso[:10]} {iso[11:16]} UTC"


def _written(parts: list[Entry]) -> Iterable[str]:
    return filter(None, (_IN_WORDS[part["type"]](part) for part in shown(parts)))


def _text(part: Entry) -> str:
    return str(part["text"])


def _tool(part: Entry) -> str:
    asked = json.dumps(part["arguments"] or {}, ensure_ascii=False)
    return _quoted(f"{part['label']} ({part['state']}): {asked}\n\n{part['result']}")


def _quoted(text: str) -> str:
    return "\n".join(f"> {line}".rstrip() for line in text.splitlines())


def _continued(part: Entry) -> str:
    return f"*Continued by {part['model']}.*"


def _file(part: Entry) -> str:
    return f"*Attached: {part['name']}*"


def _thinking(_: Entry) -> str:
    return ""


_IN_WORDS: dict[str, Callable[[Entry], str]] = {
    "text": _text,
    "thinking": _thinking,
    "tool": _tool,
    "continued": _continued,
    "file": _file,
}
