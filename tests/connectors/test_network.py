"""Connections go to vetted addresses only, whichever way a host leads inside."""

import asyncio
import ssl
from pathlib import Path

import httpx2
import pytest

from assistant.connectors.network import ANY_PORT, Reach, _usual_tls, client, plainly, vetted
from assistant.errors import ToolError
from tests.connectors.certificates import certified
from tests.connectors.hostile import INSIDE, PUBLIC, TRICKS
from tests.servers.raw import answers, raw

NOWHERE = Reach()
HERE = Reach(frozenset({"127.0.0.1", "localhost", "site.example"}))
OK = "HTTP/1.1 200 OK\ncontent-length: 2\nconnection: close"


def http(reach: Reach = NOWHERE, **more) -> httpx2.AsyncClient:
    return client(reach, seconds=10, most_bytes=10_000, **more)


def url(address: str) -> str:
    return f"http://[{address}]/" if ":" in address else f"http://{address}/"


@pytest.mark.parametrize("address", INSIDE)
async def test_an_address_inside_is_not_contacted(address, connects, names) -> None:
    async with http() as browser:
        with pytest.raises(ToolError, match="private network"):
            await browser.get(url(address))
    assert connects == []


@pytest.mark.parametrize("address", INSIDE)
async def test_a_name_that_leads_inside_is_not_contacted(address, connects, names) -> None:
    names.table["evil.example"] = [[address]]
    async with http() as browser:
        with pytest.raises(ToolError, match=r"evil\.example stands in a private network"):
            await browser.get("https://evil.example/")
    assert connects == []


@pytest.mark.parametrize("address", INSIDE)
async def test_one_address_inside_among_public_ones_is_enough(address, connects, names) -> None:
    names.table["evil.example"] = [["93.184.215.14", address]]
    with pytest.raises(ToolError, match="private network"):
        await vetted("evil.example", 443, NOWHERE)
    assert connects == []


@pytest.mark.parametrize("address", INSIDE)
async def test_a_name_that_changes_leads_only_to_what_was_tested(address, connects, names) -> None:
    names.table["evil.example"] = [["93.184.215.14"], [address]]
    async with http() as browser:
        with pytest.raises(httpx2.ConnectError):
            await browser.get("http://evil.example/")
    assert names.asked == ["evil.example"]
    assert connects == [("93.184.215.14", 80)]


@pytest.mark.parametrize("address", INSIDE)
async def test_a_redirect_does_not_lead_inside(address, connects, names) -> None:
    names.table["site.example"] = [["127.0.0.1"]]
    sends = answers(f"HTTP/1.1 302 Found\nlocation: {url(address)}\ncontent-length: 0")
    async with raw(sends) as server, http(Reach(frozenset({"site.example"}))) as browser:
        with pytest.raises(ToolError, match="private network"):
            await browser.get(f"http://site.example:{server.port}/", follow_redirects=True)
        assert connects == [("127.0.0.1", server.port)]


@pytest.mark.parametrize("address", PUBLIC)
async def test_public_addresses_pass(address, names) -> None:
    names.table["good.example"] = [[address]]
    assert await vetted("good.example", 443, NOWHERE) == address
    assert await vetted(address, 443, NOWHERE) == address


@pytest.mark.parametrize("host", TRICKS)
async def test_a_host_that_is_written_as_a_trick_is_not_even_resolved(
    host, connects, names
) -> None:
    with pytest.raises(ToolError):
        await vetted(host, 80, NOWHERE)
    assert connects == []
    assert set(names.asked) <= {"127.0.0.1"}  # with a dot at its end, which is a plain address


async def test_a_name_is_the_same_in_capitals_and_with_a_dot_at_its_end(names) -> None:
    names.table["good.example"] = [["8.8.8.8"]]
    assert await vetted("GOOD.example.", 443, NOWHERE) == "8.8.8.8"
    assert names.asked == ["good.example"]


async def test_a_name_that_nobody_has_is_told(names) -> None:
    with pytest.raises(ToolError, match=r"There is no host nowhere\.example"):
        await vetted("nowhere.example", 443, NOWHERE)


async def test_what_the_operator_allows_may_stand_inside(names, connects) -> None:
    names.table["site.example"] = [["127.0.0.1"]]
    async with raw(answers(OK, b"hi")) as server, http(HERE) as browser:
        assert (await browser.get(f"http://SITE.example:{server.port}/")).text == "hi"
    assert server.heads[0].splitlines()[1].lower() == f"host: site.example:{server.port}"
    assert connects == [("127.0.0.1", server.port)]


@pytest.mark.parametrize("port", [22, 25, 3306, 5432, 6379, 8080])
async def test_other_ports_are_only_for_those_who_say_so(port, connects, names) -> None:
    names.table["good.example"] = [["8.8.8.8"]]
    async with http() as browser, http(ports=ANY_PORT) as free:
        with pytest.raises(ToolError, match=f"Port {port}"):
            await browser.get(f"http://good.example:{port}/")
        assert connects == []
        with pytest.raises(httpx2.ConnectError):
            await free.get(f"http://good.example:{port}/")
    assert connects == [("8.8.8.8", port)]


async def test_no_proxy_comes_from_the_environment(connects, names, monkeypatch) -> None:
    async with raw(answers(OK, b"hi")) as proxy, raw(answers(OK, b"ok")) as server:
        for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "all_proxy"):
            monkeypatch.setenv(name, f"http://127.0.0.1:{proxy.port}")
        async with http(HERE) as browser:
            answer = await browser.get(f"http://127.0.0.1:{server.port}/")
    assert answer.text == "ok"
    assert proxy.heads == []


async def test_redirects_are_followed_where_the_request_asks_for_it_and_five_at_most(names) -> None:
    names.table["site.example"] = [["127.0.0.1"]]
    async with raw(answers("HTTP/1.1 302 Found\nlocation: /on\ncontent-length: 0")) as server:
        start = f"http://site.example:{server.port}/"
        async with http(HERE) as browser:
            assert (await browser.get(start)).status_code == 302
            assert len(server.heads) == 1
            endless = "The page leads from page to page without an end. Nothing was changed."
            with (
                pytest.raises(ToolError, match=endless),
                plainly("The page", "Nothing was changed."),
            ):
                await browser.get(start, follow_redirects=True)
    assert len(server.heads) == 1 + 1 + 5


@pytest.mark.parametrize("target", ["ftp://site.example/", "file:///etc/passwd", "http:///", "x:"])
async def test_a_redirect_to_what_is_no_page_is_refused(target, names) -> None:
    names.table["site.example"] = [["127.0.0.1"]]
    head = f"HTTP/1.1 302 Found\nlocation: {target}\ncontent-length: 0"
    async with raw(answers(head)) as server, http(HERE) as browser:
        with pytest.raises(ToolError), plainly("The page"):
            await browser.get(f"http://site.example:{server.port}/", follow_redirects=True)
    assert len(server.heads) == 1


async def test_tls_is_for_the_name_and_not_for_the_address(names, tmp_path: Path) -> None:
    names.table["site.example"] = [["127.0.0.1"]]
    serving, trusting = certified(tmp_path, "site.example")
    asked_for: list[str | None] = []
    serving.sni_callback = lambda _, name, __: asked_for.append(name)
    async with raw(answers(OK, b"hi"), serving) as server, http(HERE, tls=trusting) as browser:
        assert (await browser.get(f"https://site.example:{server.port}/")).text == "hi"
    assert asked_for == ["site.example"]


@pytest.mark.filterwarnings("ignore::ResourceWarning")  # asyncio leaves a failed handshake open
async def test_a_certificate_for_another_name_is_told(names, tmp_path: Path) -> None:
    names.table["site.example"] = [["127.0.0.1"]]
    serving, trusting = certified(tmp_path, "other.example")
    asyncio.get_running_loop().set_exception_handler(lambda *_: None)
    async with raw(answers(OK, b"hi"), serving) as server, http(HERE, tls=trusting) as browser:
        with pytest.raises(ToolError, match="no certificate that can be trusted"), plainly("X"):
            await browser.get(f"https://site.example:{server.port}/")
    asyncio.get_running_loop().set_exception_handler(None)
    assert server.heads == []


async def test_the_way_from_https_to_http_is_not_taken(names, tmp_path: Path, connects) -> None:
    names.table["site.example"] = [["127.0.0.1"]]
    serving, trusting = certified(tmp_path, "site.example")
    async with raw(answers(OK, b"hi")) as open_one:
        head = f"HTTP/1.1 302 Found\nlocation: http://site.example:{open_one.port}/"
        sends = answers(f"{head}\ncontent-length: 0")
        async with raw(sends, serving) as server, http(HERE, tls=trusting) as browser:
            with pytest.raises(ToolError, match="not encrypted"):
                await browser.get(f"https://site.example:{server.port}/", follow_redirects=True)
    assert open_one.heads == []


def test_only_the_usual_certificates_are_trusted() -> None:
    assert _usual_tls().verify_mode is ssl.CERT_REQUIRED
    assert _usual_tls().check_hostname


@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        (httpx2.ConnectError("[Errno 111]"), "The calendar could not be reached. Kept."),
        (httpx2.RemoteProtocolError("peer"), "The calendar broke off the connection. Kept."),
        (httpx2.DecodingError("zlib"), "The calendar sent what cannot be unpacked. Kept."),
        (httpx2.InvalidURL("bad"), "The calendar is no address of the web. Kept."),
    ],
)
def test_what_the_network_raises_becomes_a_sentence(error, sentence) -> None:
    with pytest.raises(ToolError) as told, plainly("The calendar", "Kept."):
        raise error
    assert str(told.value) == sentence
