"""Who may open the socket, and in whose name it speaks."""

import json
from urllib.parse import parse_qs

import pytest

from assistant.config import settings
from assistant.services.accounts import sign_in_by_name
from assistant.services.sessions import recognised, vouched
from tests.api.conftest import FOREIGN, ORIGIN, knock

BY_SOCKET = {"cookie": "theme=dark", "x-auth-request-access-token": "forged", "authorization": "x",
             "Authorization": "y", "x_auth_request_access_token": "forged"}  # fmt: skip


def reached(messages):
    """What the inner application saw of the socket."""
    return json.loads(messages[1]["text"])


@pytest.mark.parametrize("origin", [*FOREIGN, None])
async def test_the_socket_opens_for_our_origin_only(origin, app, db):
    headers = {} if origin is None else {"origin": origin}
    assert await knock(app, headers) == [{"type": "websocket.close", "code": 4403}]
    assert (await knock(app, {"origin": ORIGIN}))[0]["type"] == "websocket.accept"


async def test_the_sockets_polling_needs_our_origin_too(visitor):
    visitor.headers.pop("origin")
    assert (await visitor.get("/_event")).status_code == 403


async def test_no_cookie_reaches_what_keeps_headers(app, ann):
    cookie = {"cookie": f"theme=dark; session={ann.token}"}
    seen = reached(await knock(app, {"origin": ORIGIN, **BY_SOCKET, **cookie}))
    assert ann.token not in str(seen)
    assert dict(seen["headers"]).keys() == {"origin", "x-auth-request-access-token"}
    names = [name for name, value in seen["headers"]]
    assert names.count("x-auth-request-access-token") == 1
    given = dict(seen["headers"])["x-auth-request-access-token"]
    assert recognised(given) == ann.user


async def test_a_name_that_a_client_gives_itself_is_dropped(app, ann):
    for spelled in (
        "x-auth-request-access-token",
        "X-Auth-Request-Access-Token",
        "x_auth_request_access_token",
        "X-Auth_Request-Access_Token",
    ):
        forged = {spelled: vouched(ann.user)}
        seen = reached(await knock(app, {"origin": ORIGIN, **forged}))
        assert [name for name, _ in seen["headers"]] == ["origin"]


@pytest.mark.parametrize(("hops", "client"), [("0", "127.0.0.1"), ("1", "203.0.113.7")])
async def test_the_socket_says_where_its_page_is_as_our_proxies_name_it(
    hops, client, app, db, monkeypatch
):
    monkeypatch.setenv("PROXY_HOPS", hops)
    settings.cache_clear()
    asked = {"origin": ORIGIN, "x-forwarded-for": "1.2.3.4, 203.0.113.7"}
    assert reached(await knock(app, asked))["client"] == client
    monkeypatch.undo()
    settings.cache_clear()


async def test_the_same_token_is_another_for_each_session(app, ann, ben):
    again = (await sign_in_by_name("Somebody else")).access
    bound = set()
    for token in (ann.token, ben.token, again, ""):
        headers = {"origin": ORIGIN, "cookie": f"session={token}"}
        seen = reached(await knock(app, headers, "token=known&EIO=4"))
        query = parse_qs(seen["query"])
        assert query["EIO"] == ["4"]
        bound.add(query["token"][0])
        assert reached(await knock(app, headers, "token=known&EIO=4")) == seen
        other = reached(await knock(app, headers, "token=other&token=known"))
        assert parse_qs(other["query"])["token"] != query["token"]
    assert len(bound) == 4
    assert "known" not in bound


@pytest.mark.parametrize("query", ["", "token=", "token=%00%ff", "&&==", "token=" + "x" * 9_000])
async def test_no_query_breaks_the_socket(query, app, db):
    assert (await knock(app, {"origin": ORIGIN}, query))[0]["type"] == "websocket.accept"


async def test_the_socket_speaks_for_a_session_whose_access_token_has_expired(app, ann):
    headers = {"origin": ORIGIN, "cookie": f"session=x; refresh={ann.refresh}"}
    given = dict(reached(await knock(app, headers))["headers"])
    assert recognised(given["x-auth-request-access-token"]) == ann.user
    assert "cookie" not in given
