"""GET /api/turns/{id}/events: a turn's log, from any point, until its end. POST .../stop ends it.

Frames carry the log's numbers, so a reader that comes back with Last-Event-ID gets each entry once.
data is a string (more words), a list of changes (see `services/reply.py`), a snapshot that replaces
all, or the end. Who asks with `?after=` the number of the last entry, 0 for none, counts, and gets
the same in fewer bytes (see `entry_lines.py`); the page does.
"""

import asyncio
import json
from collections.abc import AsyncGenerator
from contextlib import aclosing, suppress
from uuid import UUID

from redis.exceptions import RedisError
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from assistant.api.answers import NO_STORE, answering, number_in, user_of
from assistant.api.entry_lines import LINES
from assistant.api.events import FRAMES, EventStream, Form
from assistant.errors import Refused
from assistant.services import shared_log, turn_log, turns
from assistant.services.inputs import identifier
from assistant.services.turn_state import TurnState, state_of

LOOK_SECONDS = 1.0


@answering
async def events(request: Request) -> Response:
    """Follow a turn of the signed-in user."""
    user = await user_of(request)
    turn_id = identifier(request.path_params["turn_id"], "answer")
    state = None if _runs_here(user.id, turn_id) else await state_of(user.id, turn_id)
    said, form = request.headers.get("last-event-id", ""), FRAMES
    if "after" in request.query_params:
        said, form = request.query_params["after"], LINES
    frames = _frames(user.id, turn_id, state, number_in(said, 9) or 0, form)
    return EventStream(user, frames, form)


def _runs_here(user_id: UUID, turn_id: UUID) -> bool:
    """Whether this process has the log of the turn, and knows by it that it is the user's."""
    log = turn_log.local(turn_id)
    return log is not None and log.vault.user_id == user_id


async def _frames(
    user_id: UUID, turn_id: UUID, state: TurnState | None, after: int, form: Form
) -> AsyncGenerator[bytes, None]:
    """From the log while there is one, from the database while there is none, until the end.

    state: None where this process has the log. What the database tells has no number: behind it
    the log is told from its beginning.
    """
    shown = None
    while True:
        async with aclosing(_from_log(user_id, turn_id, state, after)) as batches:
            async for batch in batches:
                told = (form.told(e.data, kind=e.kind, number=e.number) for e in batch)
                yield b"".join(told) or form.beat
                if batch and batch[-1].kind == "end":
                    return
                after, shown = (batch[-1].number, None) if batch else (after, shown)
        state = await state_of(user_id, turn_id)
        if state.parts != shown:
            after, shown = 0, state.parts
            yield form.told(_json({"parts": shown}), kind="snapshot")
        if state.status != "running":
            yield form.told(_json(state.end), kind="end")
            return
        yield form.beat
        await asyncio.sleep(LOOK_SECONDS)


async def _from_log(
    user_id: UUID, turn_id: UUID, state: TurnState | None, after: int
) -> AsyncGenerator[list[turn_log.Entry], None]:
    """Batches of the log, here or shared; none of a shared one whose end the database knows.

    A shared log may lack its end: where it is silent, the database is asked.
    """
    if (log := turn_log.local(turn_id)) is not None:
        batches = log.follow(after)
    elif state is not None and state.status == "running":
        batches = shared_log.follow(turn_id, state.vault, after)
    else:
        return
    with suppress(RedisError):
        async with aclosing(batches):
            async for batch in batches:
                yield batch
                if log is None and not batch and await _is_over(user_id, turn_id):
                    return


async def _is_over(user_id: UUID, turn_id: UUID) -> bool:
    return (await state_of(user_id, turn_id)).status != "running"


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


@answering
async def stop(request: Request) -> Response:
    """Stop a turn of the signed-in user; a page that is told 503 asks again.

    seen: the number of the last entry that the page had shown, 0 when nothing was, -1 when what
    is shown did not come through the stream.
    """
    user = await user_of(request)
    turn_id = identifier(request.path_params["turn_id"], "answer")
    await turns.stop(user.id, turn_id, _seen(request.query_params.get("seen", "")))
    return Response(status_code=204, headers=NO_STORE)


def _seen(text: str) -> int:
    seen = -1 if text == "-1" else number_in(text, 8)
    if seen is None:
        raise Refused("A stop says how much of the answer was seen, as a number.")
    return seen


routes = [
    Route("/api/turns/{turn_id}/events", events),
    Route("/api/turns/{turn_id}/stop", stop, methods=["POST"]),
]
