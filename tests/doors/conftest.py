"""The whole app, in this process."""

import asyncio
from functools import partial

import pytest

from assistant.agent.providers.scripted import Scripted
from assistant.app import app as reflex_app
from assistant.config import CLOSING
from tests.conftest import forget_choices
from tests.doors.wire import alive


@pytest.fixture(scope="module")
async def app(db, tmp_path_factory):
    """The whole app as a worker serves it, with one page for all."""
    built = tmp_path_factory.mktemp("web") / "build" / "client"
    built.mkdir(parents=True)
    for name in ("index.html", "404.html"):
        (built / name).write_text("a page")
    routes = list(reflex_app._api.routes)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("REFLEX_WEB_WORKDIR", str(built.parent.parent))
        patch.setenv("__REFLEX_SKIP_COMPILE", "true")
        patch.setenv("__REFLEX_MOUNT_FRONTEND_COMPILED_APP", "true")
        # Nobody looks for sessions that are over: what is tried here are the doors themselves.
        patch.setattr("assistant.state.sockets.LOOK_SECONDS", 1_000.0)
        # Each event is tried by people who have talked: nobody looks on while the model writes.
        patch.setattr("assistant.services.model_choice.Scripted", partial(Scripted, 0))
        forget_choices()
        made = reflex_app()
        async with alive(made):
            yield made
    forget_choices()
    asyncio.get_running_loop().remove_signal_handler(CLOSING)
    reflex_app._api.routes[:] = routes  # making the app has added our routes and the pages
