"""Where an account's calendars stand on a CalDAV server, from its address alone (RFC 6764)."""

from dataclasses import dataclass
from urllib.parse import urljoin, urlsplit

from assistant.agent.backends.calendar import OneCalendar
from assistant.connectors.dav import NAMES, UNCHANGED, Dav, Resource
from assistant.errors import ToolError

SPACES = " ".join(f'xmlns:{short}="{name}"' for short, name in NAMES.items())
WRITES = ("d:write", "d:write-content", "d:bind", "d:all")
SHARED = ("shared", "shared-owner")
NO_SUCH_PAGE = (301, 302, 400, 403, 404, 405, 501)


def properties(*names: str) -> str:
    """The body of a PROPFIND."""
    wanted = "".join(f"<{name}/>" for name in names)
    return f"<d:propfind {SPACES}><d:prop>{wanted}</d:prop></d:propfind>"


PRINCIPAL = properties("d:current-user-principal")
HOME = properties("c:calendar-home-set", "c:calendar-user-address-set")
CALENDARS = properties(
    "d:displayname",
    "d:resourcetype",
    "d:current-user-privilege-set",
    "c:supported-calendar-component-set",
)


@dataclass(frozen=True, slots=True)
class Home:
    """The folder of an account's calendars, and the mail addresses that are the account's own."""

    url: str
    addresses: tuple[str, ...]


async def found_home(dav: Dav) -> Home:
    """The home of the account's calendars. Raises ToolError when the server tells none."""
    principal = await _principal(dav)
    found = await dav.resources("PROPFIND", principal, HOME, 0)
    for each in found:
        if home := each.link("c:calendar-home-set"):
            return Home(home if home.endswith("/") else f"{home}/", _addresses(each))
    raise ToolError(f"{dav.host} keeps no calendars for this account. {UNCHANGED}")


async def found_calendars(dav: Dav, home: Home) -> tuple[OneCalendar, ...]:
    """All calendars at home that hold events."""
    found = await dav.resources("PROPFIND", home.url, CALENDARS, 1)
    return tuple(
        OneCalendar(f"{each.url.rstrip('/')}/", _name(each), _is_writable(each), _is_shared(each))
        for each in found
        if _is_one(each)
    )


async def _principal(dav: Dav) -> str:
    """The account's own page: the user's address may tell it, else the well-known one, or /."""
    for start in dict.fromkeys([dav.root, *_usual(dav.root)]):
        answer = await dav.ask(
            "PROPFIND",
            start,
            PRINCIPAL.encode(),
            {"Depth": "0", "Content-Type": "application/xml; charset=utf-8"},
        )
        if answer.status in NO_SUCH_PAGE:
            continue
        if answer.status != 207:
            raise dav.refused(answer)
        for each in dav.resources_of(answer):
            if principal := each.link("d:current-user-principal"):
                return principal
    raise ToolError(f"{dav.host} is no calendar server, or not at this address. {UNCHANGED}")


def _usual(root: str) -> list[str]:
    parts = urlsplit(root)
    host = f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}"
    return [urljoin(host, "/.well-known/caldav"), urljoin(host, "/")]


def _addresses(principal: Resource) -> tuple[str, ...]:
    found = principal.properties.get("c:calendar-user-address-set")
    links = [] if found is None else [each.text or "" for each in found.iterfind("d:href", NAMES)]
    mails = [link.strip() for link in links if link.strip().lower().startswith("mailto:")]
    return tuple(mail[len("mailto:") :] for mail in mails)


def _is_one(resource: Resource) -> bool:
    kind = resource.properties.get("d:resourcetype")
    if kind is None or kind.find("c:calendar", NAMES) is None:
        return False
    holds = resource.properties.get("c:supported-calendar-component-set")
    names = [] if holds is None else [each.get("name") for each in holds.iterfind("c:comp", NAMES)]
    return not names or "VEVENT" in names


def _name(resource: Resource) -> str:
    return (
        " ".join(resource.text("d:displayname").split())[:200]
        or (resource.url.rstrip("/").rpartition("/")[2])
    )


def _is_writable(resource: Resource) -> bool:
    """A server that tells no privileges is asked when it comes to that."""
    allowed = resource.properties.get("d:current-user-privilege-set")
    if allowed is None:
        return True
    return any(allowed.find(f"d:privilege/{name}", NAMES) is not None for name in WRITES)


def _is_shared(resource: Resource) -> bool:
    """Whether it is somebody else's, or others may see it, where a server tells of sharing."""
    kind = resource.properties.get("d:resourcetype")
    return kind is not None and any(kind.find(f"cs:{name}", NAMES) is not None for name in SHARED)
