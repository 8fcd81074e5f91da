"""A turn's log for readers that count for themselves: a line for each entry, its number unsaid.

Words stand as they are; where they would not be one line, or look like something else, and for a
list of changes, the line is JSON. ":kind number JSON" is a snapshot or the end, without a number
where the database told it: the next line has the next number, the first of all after none. An
empty line is a beat. A frame of server-sent events has 18 bytes more, which in a stream of single
words is more than the words.
"""

from assistant.api.events import Form

MARKS = ("", "[", ":")  # what words that stand as they are do not begin with


def line(data: str, *, kind: str = "", number: int | None = None) -> bytes:
    """One entry. data: JSON in one line, without needless escapes."""
    if kind:
        return f":{kind} {number or ''} {data}\n".encode()
    words = data[1:-1]
    bare = data.startswith('"') and "\\" not in words and words[:1] not in MARKS
    return f"{words if bare else data}\n".encode()


LINES = Form("text/plain", line, b"\n")
