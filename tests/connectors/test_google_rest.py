"""Requests to Google: the grant goes along, and each failure is a sentence."""

import socket

import pytest

from assistant.connectors.google_rest import Rest
from assistant.errors import ToolError
from tests.connectors.calendars import HERE, token
from tests.servers.google_calendar import TOKEN
from tests.servers.scripted import SILENCE, Say, Scripted


def rest(server: Scripted, seconds: float = 10.0) -> Rest:
    return Rest(token, HERE, f"{server.url}/", seconds)


async def test_the_grant_and_the_version_go_along(server: Scripted) -> None:
    server.says["PATCH", "/x?a=1"] = Say(200, '{"b": 2}')
    assert await rest(server).json("PATCH", "/x", {"a": "1"}, {"c": "é"}, '"7"') == {"b": 2}
    [(_, _, headers, body)] = server.seen
    assert headers["Authorization"] == f"Bearer {TOKEN}"
    assert (headers["If-Match"], headers["Content-Type"]) == ('"7"', "application/json")
    assert body == '{"c": "\\u00e9"}'


@pytest.mark.parametrize(
    ("status", "reason", "said"),
    [
        (401, "authError", "has taken this access back"),
        (403, "insufficientPermissions", "has taken this access back"),
        (403, "rateLimitExceeded", "asked too often"),
        (403, "userRateLimitExceeded", "asked too often"),
        (403, "forbidden", "does not allow this. Nothing was changed"),
        (404, "notFound", "no such event"),
        (410, "deleted", "no such event"),
        (412, "conditionNotMet", "changed elsewhere meanwhile. Nothing was changed"),
        (429, "rateLimitExceeded", "asked too often"),
        (500, "backendError", "cannot answer now"),
        (302, "", "cannot answer now"),
    ],
)
async def test_each_refusal_is_a_sentence(server: Scripted, status, reason, said) -> None:
    body = f'{{"error": {{"errors": [{{"reason": "{reason}"}}]}}}}'
    server.says["PATCH", "/x"] = Say(status, body, {"Location": f"{server.url}/y"})
    with pytest.raises(ToolError, match=said) as caught:
        await rest(server).json("PATCH", "/x", body={})
    assert TOKEN not in str(caught.value)
    assert len(server.seen) == 1


@pytest.mark.parametrize("body", ["", "<p>", "[]", '{"error": 5}', '{"error": {"errors": [1]}}'])
async def test_refusals_that_say_nothing_are_understood_too(server: Scripted, body: str) -> None:
    server.says["GET", "/x"] = Say(403, body)
    with pytest.raises(ToolError, match="does not allow this"):
        await rest(server).json("GET", "/x")


@pytest.mark.parametrize("body", ["", "<p>", "[]", "5"])
async def test_what_is_no_object_is_unreadable(server: Scripted, body: str) -> None:
    server.says["GET", "/x"] = Say(200, body)
    with pytest.raises(ToolError, match=r"cannot be read\. Nothing was changed"):
        await rest(server).json("GET", "/x")


async def test_after_a_change_that_is_answered_unreadably_nothing_is_promised(
    server: Scripted,
) -> None:
    server.says["PATCH", "/x"] = Say(200, "<p>")
    with pytest.raises(ToolError, match=r"cannot be read\. Whether anything was changed is not"):
        await rest(server).json("PATCH", "/x")


async def test_a_status_may_be_fine(server: Scripted) -> None:
    server.says["POST", "/x"] = Say(409)
    assert (await rest(server).done("POST", "/x", fine=(409,))).status_code == 409


@pytest.mark.parametrize(
    ("method", "then"), [("GET", "Nothing was changed"), ("PATCH", "is not known")]
)
async def test_silence_is_given_up(server: Scripted, method: str, then: str) -> None:
    server.says[method, "/x"] = Say(SILENCE)
    with pytest.raises(ToolError, match=f"Google Calendar did not answer within 0.3 .*{then}"):
        await rest(server, 0.3).json(method, "/x")


async def test_a_dead_server_is_said_so() -> None:
    with socket.create_server(("127.0.0.1", 0)) as gone:
        url = f"http://127.0.0.1:{gone.getsockname()[1]}"
    with pytest.raises(ToolError, match="Google Calendar could not be reached"):
        await Rest(token, HERE, url).json("GET", "/x")
