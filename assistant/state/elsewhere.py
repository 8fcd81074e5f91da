"""How the pages begin on which no conversation is open."""

from collections.abc import Awaitable, Callable
from contextlib import suppress

from assistant.errors import NotSignedIn
from assistant.state.base import BaseState, saying_what_fails
from assistant.state.chat import ChatState


async def leave(state: BaseState) -> None:
    """No conversation is open any more."""
    async with state:
        (await state.get_state(ChatState))._show(None)


async def arrive(state: BaseState, read: Callable[[], Awaitable[None]]) -> None:
    """Show such a page by what is read; a failure of that is said on it."""
    await leave(state)
    async with saying_what_fails(state):
        with suppress(NotSignedIn):  # the page itself sends them to sign in
            await read()
