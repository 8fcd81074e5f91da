"""The browser, the loopback vendors, the app, and people who use it."""

import asyncio
import json
import os
import shutil
import subprocess
import sys
import tempfile
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from pathlib import Path

import pytest
from playwright.async_api import expect

from tests.e2e.app import PROJECT, App, keys_for
from tests.e2e.outside import Outside, reaching
from tests.e2e.people import Person
from tests.e2e.relay import Relay
from tests.e2e.shop import shop  # noqa: F401
from tests.vendors import VendorServer

PROGRAMS = ("chromium", "google-chrome", "chromium-browser")
QUIET = (  # the browser asks its maker for nothing
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-default-apps",
    "--disable-domain-reliability",
    "--disable-gpu",  # where there is none, to imitate it takes a third of the browser's own work
    "--disable-sync",
    "--no-first-run",
    "--no-pings",
)
# The browser obeys the last list only, so what Playwright switches off stands here again. Ours are
# the first two: two pages for the field of the address, which nobody sees, behind each window.
SWITCHED_OFF = (
    "WebUIOmniboxPopup",
    "WebUIOmniboxAimPopup",
    "AimEnabled",
    "AvoidCorsURLLoaderRestartOnRedirect",
    "AvoidUnnecessaryBeforeUnloadCheckSync",
    "DestroyProfileOnBrowserClose",
    "HttpsFirstBalancedModeAutoEnable",
    "HttpsUpgrades",
    "LensOverlay",
    "MediaRouter",
    "NetworkTimeServiceQuerying",
    "OptimizationHints",
    "PaintHolding",
    "PreconnectToSearch",
    "ThirdPartyStoragePartitioning",
)
PATIENCE = 40_000  # milliseconds: a busy machine, or a story beside it, must not fail a story

expect.set_options(timeout=PATIENCE)


@pytest.fixture(scope="session")
def base_url() -> str:
    """No common address; and pytest warns of the form in which the plugin defines this one."""
    return ""


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict) -> dict:
    """Start the Chromium of the system, where there is one."""
    found = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, PROGRAMS)), None)
    root = ["--no-sandbox"] if os.geteuid() == 0 else []
    chosen = {"executable_path": found} if found else {}
    off = f"--disable-features={','.join(SWITCHED_OFF)}"
    return {**browser_type_launch_args, **chosen, "args": [*QUIET, off, *root]}


@pytest.fixture(scope="session")
async def vendors() -> AsyncIterator[VendorServer]:
    """Claude, GPT and Gemini on loopback."""
    async with VendorServer() as server:
        yield server


@pytest.fixture(autouse=True)
def nothing_left_to_answer(vendors: VendorServer) -> Iterator[None]:
    """What one story has told the vendors, and not asked for, is no other story's."""
    yield
    vendors.forget()


@pytest.fixture(scope="session")
async def relay() -> AsyncIterator[Relay]:
    """A network between browser and app that a story can cut."""
    async with Relay() as relay:
        yield relay


@pytest.fixture(scope="session")
def new_data() -> Iterator[Callable[[], Path]]:
    """Makes folders for data, which the account of PostgreSQL can come to."""
    with tempfile.TemporaryDirectory(prefix="assistant-e2e-") as folder:
        base = Path(folder)
        base.chmod(0o755)

        def make() -> Path:
            data = base / uuid.uuid4().hex[:8]
            data.mkdir()
            return data

        yield make


@pytest.fixture(scope="session")
async def app(
    vendors: VendorServer, relay: Relay, new_data: Callable[[], Path]
) -> AsyncIterator[App]:
    """The app that all stories share which do not break it."""
    settings = {**keys_for(vendors), "APP_URL": relay.url}
    async with App(new_data(), settings) as app:
        relay.target = app.port
        yield app


@pytest.fixture(scope="session")
async def outside(vendors: VendorServer, new_data: Callable[[], Path]) -> AsyncIterator[Outside]:
    """A calendar, a mailbox and a small web, and an app that may reach them."""
    async with reaching(new_data, vendors) as outside:
        yield outside


@pytest.fixture
async def person(new_context) -> AsyncIterator[Callable[..., Awaitable[Person]]]:
    """Makes people: person(app.url, "Alice", signed_in=True, and the browser's options)."""
    people: list[Person] = []

    async def make(url: str, name: str = "Alice", *, signed_in: bool = True, **options) -> Person:
        context = await new_context(**options)
        context.set_default_timeout(PATIENCE)
        one = Person(f"{name} {uuid.uuid4().hex[:8]}", url, context)
        people.append(one)
        if signed_in:
            await one.sign_in()
        return one

    yield make
    assert [fault for one in people for fault in one.unforgiven()] == []


@pytest.fixture
async def alice(person, app: App) -> Person:
    """A user, in a browser of her own."""
    return await person(app.url, "Alice")


@pytest.fixture
async def bob(person, app: App) -> Person:
    """Somebody else, in another browser."""
    return await person(app.url, "Bob")


@pytest.fixture
async def ann(person, outside: Outside) -> Person:
    """A user of the app that may reach servers on this machine."""
    return await person(outside.app.url, "Ann", timezone_id="Europe/Lisbon")


@pytest.fixture(scope="session")
async def seeder(app: App) -> AsyncIterator[asyncio.subprocess.Process]:
    """A process that writes conversations into the app's database."""
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    program = (sys.executable, "-m", "tests.e2e.seed", str(app.data))
    process = await asyncio.create_subprocess_exec(*program, cwd=PROJECT, **pipes)
    yield process
    process.stdin.close()
    await process.wait()


@pytest.fixture
def seed(seeder: asyncio.subprocess.Process) -> Callable[..., Awaitable[list[str]]]:
    """Gives a person conversations: await seed(alice, {"title": "A", "count": 2, "days": 1})."""

    async def hold(person: Person, *talks: dict) -> list[str]:
        asked = {"user": await person.id(), "talks": talks}
        seeder.stdin.write(f"{json.dumps(asked)}\n".encode())
        return json.loads(await seeder.stdout.readline())

    return hold
