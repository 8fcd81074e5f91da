"""A vendor's answer has the right shape, or its fault is one sentence."""

import httpx2
import pytest
from pydantic import BaseModel

from assistant.connectors.answers import answer
from assistant.errors import ToolError
from tests.servers.raw import answers, raw


class Shape(BaseModel):
    words: list[str]


async def said(status: str, body: bytes = b"", **more) -> Shape:
    head = f"HTTP/1.1 {status}\ncontent-length: {len(body)}\nconnection: close"
    async with raw(answers(head, body)) as server:
        request = httpx2.Request("GET", f"http://127.0.0.1:{server.port}/")
        return await answer("The vendor", Shape, request, **more)


async def test_an_answer_of_the_right_shape_is_given() -> None:
    assert await said("200 OK", b'{"words": ["a"], "more": 1}') == Shape(words=["a"])


@pytest.mark.parametrize(
    ("status", "sentence"),
    [
        ("400 Bad", "did not take the question (400)"),
        ("401 No", "does not accept the key"),
        ("402 Pay", "has nothing left in its plan"),
        ("403 No", "does not accept the key"),
        ("404 None", "did not take the question (404)"),
        ("429 Many", "takes no more for now; try again in a minute"),
        ("500 Error", "is out of order now (500)"),
        ("503 Away", "is out of order now (503)"),
        ("204 Empty", "did not take the question (204)"),
        ("302 Found\nlocation: http://127.0.0.1:1/", "did not take the question (302)"),
    ],
)
async def test_a_refusal_is_told(status, sentence) -> None:
    with pytest.raises(ToolError) as told:
        await said(status)
    assert str(told.value).startswith(f"The vendor {sentence}")


async def test_a_vendor_may_mean_something_else_by_a_status() -> None:
    with pytest.raises(ToolError, match=r"^The vendor is tired\.$"):
        await said("403 No", refusals={403: "is tired"})


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"null",
        b"[]",
        b"{}",
        b"<html>",
        b'{"words": 1}',
        b'{"words": [1]}',
        b"\xff",
        b"{" * 9999,
    ],
)
async def test_nonsense_is_told(body) -> None:
    with pytest.raises(ToolError, match=r"^The vendor gave an answer that cannot be read\.$"):
        await said("200 OK", body)


async def test_a_dead_vendor_is_told() -> None:
    with pytest.raises(ToolError, match=r"^The vendor could not be reached\.$"):
        await answer("The vendor", Shape, httpx2.Request("GET", "http://127.0.0.1:1/"))


async def test_the_key_is_in_no_sentence() -> None:
    request = httpx2.Request(
        "GET", "http://127.0.0.1:1/", headers={"Authorization": "Bearer secret"}
    )
    with pytest.raises(ToolError) as told:
        await answer("The vendor", Shape, request)
    assert "secret" not in str(told.value)
