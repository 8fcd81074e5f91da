"""The application: pages, routes, and the layers around them."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from uuid import UUID

import reflex as rx
import structlog
from reflex.constants import Dirs
from reflex.utils.prerequisites import get_web_dir
from starlette.types import ASGIApp

from assistant import database, key_ring, logs, migration
from assistant.agent.providers.clients import close_clients
from assistant.api import (
    approvals,
    audit,
    auth,
    connections,
    conversations,
    data,
    feed,
    health,
    search,
    seats,
    second_factor,
    stripe,
    turns,
    undo,
    uploads,
    usage,
    verify,
    versions,
)
from assistant.api.guard import Guard
from assistant.api.headers import WithHeaders
from assistant.api.unknown import Unknown
from assistant.components.boundary import boundary
from assistant.components.head import STYLES, head
from assistant.config import CLOSING
from assistant.errors import CannotStart
from assistant.pages import PAGES
from assistant.services import (
    erasure,
    keys,
    local_names,
    model_choice,
    reaper,
    sessions,
    shared,
    signals,
    stripe_client,
    turn_run,
)
from assistant.services.background import spawn
from assistant.state.at_rest import seal_states
from assistant.state.commands import judge_events
from assistant.state.sockets import close_sockets, watch_sessions
from assistant.state.visitors import forget_visitors

logs.configure()
log = structlog.get_logger()

ROUTES = [
    *approvals.routes,
    *audit.routes,
    *auth.routes,
    *verify.routes,
    *second_factor.routes,
    *turns.routes,
    *conversations.routes,
    *connections.routes,
    *data.routes,
    *feed.routes,
    *health.routes,
    *search.routes,
    *seats.routes,
    *stripe.routes,
    *undo.routes,
    *uploads.routes,
    *usage.routes,
    *versions.routes,
]


def surround(asgi: ASGIApp) -> ASGIApp:
    """Our routes before Reflex's own and the built pages; the guard around all of them."""
    asgi.routes[:0] = ROUTES  # type: ignore[attr-defined]
    return Guard(asgi, rx.config.get_config().cors_allowed_origins)


def served() -> ASGIApp:
    """What the server runs: Reflex's app, and the layers around all that it answers."""
    return with_headers(app())


def load_sdks() -> None:
    """Import what who asks or pays first would else wait for: a vendor's SDK, and Stripe's."""
    model_choice.load_first()
    stripe_client.load()


def with_headers(asgi: ASGIApp) -> ASGIApp:
    """The outermost layers: Reflex answers some requests, and each defect, outside `surround`."""
    origins = rx.config.get_config().cors_allowed_origins
    pages = get_web_dir() / Dirs.STATIC
    return WithHeaders(Unknown(asgi, ROUTES, pages / "404.html"), origins, pages)


@asynccontextmanager
async def at_work() -> AsyncIterator[None]:
    """What runs beside the requests, and the orderly end of the turns."""
    if await database.schema_revision() != migration.head():
        raise CannotStart("The database is not at this code's version. Start with `make run`.")
    key_ring.ring()  # a key that is missing is told now, and not to whoever comes first
    await local_names.hash_anew()
    work = (reaper.reap_forever(), signals.relay(), watch_sessions(app))
    chores = [spawn(each) for each in work]
    asyncio.get_running_loop().add_signal_handler(CLOSING, lambda: spawn(turn_run.drain()))
    with (
        signals.listening("stop", turn_run.stop_here),
        signals.listening(sessions.REVOKED, end_here),
        signals.listening(erasure.ERASED, lambda notice: keys.forget(UUID(notice["user"]))),
    ):
        yield
        await turn_run.drain()
        await signals.all_sent()
    for chore in chores:
        chore.cancel()
    await asyncio.gather(*chores, return_exceptions=True)
    await close_clients()
    await stripe_client.close()
    await shared.close()
    await database.close()


def end_here(notice: signals.Notice) -> None:
    """A session is over: it is known no more, and its sockets close."""
    sessions.forget(notice)
    spawn(close_sockets(app, notice["session"]))


def note_failure(exception: Exception) -> None:
    """A defect in an event: it is logged whole, the page shows nothing of it."""
    log.error("event_failed", exc_info=exception)


app = rx.App(
    head_components=head(),
    stylesheets=STYLES,
    html_lang="en",
    app_wraps={(55, "ErrorBoundary"): lambda _: boundary()},
    toaster=None,
    backend_exception_handler=note_failure,
    api_transformer=surround,
)
for page in PAGES:
    app.add_page(**page)
app.register_lifespan_task(at_work)
seal_states(app)
judge_events(app)
forget_visitors(app)
