"""A download ends with its answer, also when the browser goes away."""

import pytest

from assistant.api.downloads import Download

SCOPE = {"type": "http", "asgi": {"spec_version": "2.4"}}


class Gone(Exception):
    """The browser has left."""


async def pieces(ended):
    try:
        while True:
            yield b"more"
    finally:
        ended.append(True)


async def test_it_is_a_file_that_nobody_keeps():
    answer = Download("a.csv", b"x", pieces([]), "text/csv")
    assert answer.headers["content-disposition"] == 'attachment; filename="a.csv"'
    assert answer.headers["cache-control"] == "no-store"


async def test_the_pieces_end_when_the_browser_goes_away():
    ended, sent = [], []

    async def send(message):
        sent.append(message)
        if len(sent) > 3:
            raise Gone

    async def receive():
        return {"type": "http.disconnect"}

    with pytest.raises(Gone):
        await Download("a.csv", b"first", pieces(ended), "text/csv")(SCOPE, receive, send)
    assert [each.get("body") for each in sent[1:3]] == [b"first", b"more"]
    assert ended == [True]
