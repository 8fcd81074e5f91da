"""Reading a turn over HTTP: its address, and the words that its frames come to."""

import json

from tests.services.talk import text_of

SLOW = "[[tokens=2000 gap=20]]"


def path(turn_id):
    return f"/api/turns/{turn_id}/events"


def words(read):
    """The text that a page shows which begins empty."""
    text = ""
    for each in read:
        if each.get("event") == "snapshot":
            text = text_of(json.loads(each["data"])["parts"])
        elif "event" not in each and "data" in each:
            data = json.loads(each["data"])
            text += data if isinstance(data, str) else "".join(v for k, v in data if k == "t")
    return text
