"""WebDAV: requests to one account's server, and what its answers in XML say."""

import base64
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urljoin, urlsplit

import httpx2
from lxml import etree

from assistant.connectors.bounds import MEGABYTE
from assistant.connectors.network import ANY_PORT, MOST_REDIRECTS, Reach, client, is_safe, plainly
from assistant.errors import AccessRefused, Gone, ToolError

SECONDS = 10.0
MOST_BYTES = 10 * MEGABYTE
MOST_RESOURCES = 2000
NAMES = {
    "d": "DAV:",
    "c": "urn:ietf:params:xml:ns:caldav",
    "cs": "http://calendarserver.org/ns/",
}
# Whose hosts are all their own. Under other names (co.uk, duckdns.org) strangers are neighbours.
HOUSES = ("icloud.com",)
UNCHANGED = "Nothing was changed."
UNKNOWN = "Whether anything was changed is not known; look before you try it again."
CHANGING = ("PUT", "DELETE")

NOT_LET_IN = (
    "The server {} does not accept the user name or the password. {} The user can correct them in "
    "Settings, Connections; iCloud and Fastmail want an app password."
)
REFUSALS = {
    403: "The calendar at {} does not allow this. {}",
    404: "There is no such event or calendar at {} any more. {}",
    410: "There is no such event or calendar at {} any more. {}",
    412: "The event at {} was changed elsewhere meanwhile. {} Look it up again.",
    413: "The event is too large for the calendar at {}. {}",
    423: "The event at {} is locked by somebody else now. {}",
    429: "The calendar at {} has been asked too often; try again in some minutes. {}",
    507: "There is no room left in the calendar at {}. {}",
}


@dataclass(frozen=True, slots=True)
class Account:
    """Where somebody's calendars stand, and how to get in. url: a server's, or a folder's in it."""

    url: str
    user: str
    password: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Answer:
    """What a server has said, and at which address at last."""

    url: str
    status: int
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, slots=True)
class Resource:
    """One thing of a multistatus: where it is, and its properties by their names ("d:getetag")."""

    url: str
    properties: Mapping[str, etree._Element]

    def text(self, name: str) -> str:
        """The text of a property, "" when it has none."""
        found = self.properties.get(name)
        return "" if found is None else (found.text or "").strip()

    def link(self, name: str) -> str:
        """The address in a property such as calendar-home-set, "" when there is none."""
        found = self.properties.get(name)
        text = None if found is None else found.findtext("d:href", namespaces=NAMES)
        return urljoin(self.url, text.strip()) if text and text.strip() else ""


class Dav:
    """One account at a WebDAV server. `reach`: see `network.Reach`."""

    def __init__(self, account: Account, reach: Reach, seconds: float = SECONDS) -> None:
        self._account = account
        self._reach = reach
        self._seconds = seconds
        url = account.url.strip()
        self.root = _checked(url if "://" in url else f"https://{url}", reach)
        self.host = urlsplit(self.root).hostname or ""

    async def ask(
        self, method: str, url: str, body: bytes = b"", headers: Mapping[str, str] | None = None
    ) -> Answer:
        """The server's answer to a request, whatever its status.

        Redirects are followed, with method, body and password, as far as they stay at the server.
        Raises ToolError when there is no answer, and when the password is wrong.
        """
        then = UNKNOWN if method in CHANGING else UNCHANGED
        fields = {**(headers or {}), "Authorization": self._password()}
        with plainly(f"The calendar at {self.host}", then):
            async with client(
                self._reach, seconds=self._seconds, most_bytes=MOST_BYTES, ports=ANY_PORT
            ) as http:
                for _ in range(MOST_REDIRECTS):
                    said = await http.request(method, self._ours(url), content=body, headers=fields)
                    if not said.has_redirect_location:
                        return self._answer(url, said)
                    url = urljoin(url, said.headers["Location"])
        raise ToolError(f"The calendar at {self.host} leads in circles. {UNCHANGED}")

    async def done(
        self, method: str, url: str, body: bytes = b"", headers: Mapping[str, str] | None = None
    ) -> Answer:
        """The answer to a request that succeeds. Raises ToolError for any other."""
        answer = await self.ask(method, url, body, headers)
        if not 200 <= answer.status < 300:
            raise self.refused(answer)
        return answer

    async def resources(
        self, method: str, url: str, query: str, depth: int
    ) -> tuple[Resource, ...]:
        """What a PROPFIND or a REPORT finds. Raises ToolError."""
        headers = {"Depth": str(depth), "Content-Type": "application/xml; charset=utf-8"}
        answer = await self.done(method, url, query.encode(), headers)
        return self.resources_of(answer)

    def refused(self, answer: Answer) -> ToolError:
        """What to say of an answer that is no success."""
        said = REFUSALS.get(answer.status, "The calendar at {} cannot answer now. {}")
        kind = Gone if answer.status in (404, 410) else ToolError
        return kind(said.format(self.host, UNCHANGED))

    def _password(self) -> str:
        pair = f"{self._account.user}:{self._account.password}".encode()
        return f"Basic {base64.b64encode(pair).decode()}"

    def _ours(self, url: str) -> str:
        """The same address. Raises ToolError when the password must not go there."""
        host = urlsplit(url).hostname or ""
        if host != self.host and not _of_one_house(host, self.host):
            raise ToolError(f"{self.host} leads to {host}, which was not told the password.")
        return _checked(url, self._reach)

    def _answer(self, url: str, said: httpx2.Response) -> Answer:
        if said.status_code == 401:
            raise AccessRefused(NOT_LET_IN.format(self.host, UNCHANGED))
        return Answer(url, said.status_code, said.headers, said.content)

    def resources_of(self, answer: Answer) -> tuple[Resource, ...]:
        """What stands in a multistatus. Raises ToolError when it is none."""
        try:
            root = _parsed(answer.body)
        except etree.XMLSyntaxError as error:
            raise ToolError(
                f"What {self.host} sends is not from a calendar server. {UNCHANGED}"
            ) from error
        found = root.findall("d:response", NAMES)
        if len(found) > MOST_RESOURCES:
            raise ToolError(f"{self.host} sends too many things at once. {UNCHANGED}")
        return tuple(_resource(answer.url, each) for each in found)


def _checked(url: str, reach: Reach) -> str:
    """The address. Raises ToolError for one where a password would go out in the clear."""
    if not is_safe(url, reach):
        raise ToolError(
            f"A calendar's address begins with https:// and holds no password. {UNCHANGED}"
        )
    return url


def _of_one_house(host: str, other: str) -> bool:
    """Whether two hosts belong together, as caldav.icloud.com and p12-caldav.icloud.com do."""
    houses = [house for house in HOUSES if other.endswith(f".{house}")]
    return any(host.endswith(f".{house}") for house in (other, *houses))


def _parsed(body: bytes) -> etree._Element:
    """XML without entities and without anything from elsewhere."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
    root = etree.fromstring(body, parser)
    if root.getroottree().docinfo.doctype:
        raise etree.XMLSyntaxError("a document type", 0, 0, 0)
    return root


def _resource(base: str, response: etree._Element) -> Resource:
    href = response.findtext("d:href", "", NAMES).strip()
    properties = {
        _named(each): each
        for stat in response.findall("d:propstat", NAMES)
        if " 200 " in f"{stat.findtext('d:status', '', NAMES)} "
        for each in stat.iterfind("d:prop/*", NAMES)
    }
    return Resource(urljoin(base, href), properties)


def _named(element: etree._Element) -> str:
    name = etree.QName(element)
    short = next((short for short, long in NAMES.items() if long == name.namespace), "")
    return f"{short}:{name.localname}"
