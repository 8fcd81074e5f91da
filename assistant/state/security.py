"""The settings of security: ways to sign in, the second factor, devices, and what changes them.

The secret of a second factor and the recovery codes are not here: `api/second_factor.py` gives them
to the page alone.
"""

from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import reflex as rx

from assistant.errors import NotSignedIn, StepUpNeeded
from assistant.services import identities, second_factor, sessions, tiers
from assistant.services.addresses import SETTINGS, with_next
from assistant.services.features import SECOND_FACTOR
from assistant.services.inputs import identifier
from assistant.services.oauth import PROVIDERS, configured
from assistant.services.sessions import User
from assistant.state.base import BaseState, saying_what_fails
from assistant.state.chat import Id
from assistant.state.commands import command

BY_NAME = "Name"
Change = Callable[[User], Awaitable[None]]


@dataclass
class Way:
    """A way to sign in. label: as its provider names the user. used_at: ISO 8601."""

    id: str
    provider: str
    label: str
    used_at: str


@dataclass
class Browser:
    """A browser that is signed in. current: the one that asks. Moments are ISO 8601."""

    id: str
    label: str
    current: bool
    seen_at: str
    signed_in_at: str


class SecurityState(BaseState):
    """What the sections show.

    offers: providers that can be linked. factor: on, off, none (the plan has none), or "" while
    that is not known.
    """

    ways: list[Way] = []
    offers: list[dict[str, str]] = []
    factor: str = ""
    codes_left: int = 0
    devices: list[Browser] = []

    @rx.event(background=True)
    async def load(self) -> None:
        """Show how things stand."""
        async with saying_what_fails(self):
            with suppress(NotSignedIn):  # the page itself sends them to sign in
                await self._read(self._user())

    @command
    async def refresh(self) -> None:
        """The page has set up the second factor: show how things stand."""
        async with saying_what_fails(self):
            await self._read(self._user())

    async def _read(self, user: User) -> None:
        ways = [_way(each) for each in await identities.listed(user.id)]
        known = sorted(await sessions.devices(user), key=lambda each: not each.current)
        factor = await second_factor.status(user.id)
        allowed = factor.on or await tiers.may(user.id, SECOND_FACTOR)
        async with self:
            self.ways, self.devices = ways, list(map(_browser, known))
            self.offers = [{"id": each.id, "label": each.label} for each in configured()]
            self.factor = "on" if factor.on else "off" if allowed else "none"
            self.codes_left = factor.codes_left

    @command
    async def unlink(self, identity_id: Id) -> Any:  # noqa: ANN401  (an event for Reflex)
        """Remove a way to sign in."""
        return await self._change(
            lambda user: identities.unlink(user, identifier(identity_id, "way to sign in"))
        )

    @command
    async def turn_off_factor(self) -> Any:  # noqa: ANN401
        """Turn the second factor off."""
        return await self._change(second_factor.turn_off)

    @command
    async def revoke(self, session_id: Id) -> Any:  # noqa: ANN401
        """Sign out one browser."""
        return await self._change(
            lambda user: sessions.revoke(user, identifier(session_id, "device"))
        )

    @command
    async def revoke_others(self) -> Any:  # noqa: ANN401
        """Sign out every browser but this one."""
        return await self._change(sessions.revoke_others)

    async def _change(self, change: Change) -> Any:  # noqa: ANN401
        """Make the change and show where it led, or let the user first prove who they are."""
        async with saying_what_fails(self):
            user = self._user()
            try:
                await change(user)
            except StepUpNeeded as error:
                return rx.redirect(with_next(error.where, SETTINGS))
            await self._read(user)
        return None


def _way(each: identities.Linked) -> Way:
    provider = PROVIDERS.get(each.provider)
    named = provider.label if provider else BY_NAME
    return Way(str(each.id), named, each.label, each.used_at.isoformat())


def _browser(each: sessions.Device) -> Browser:
    seen, since = each.seen_at.isoformat(), each.created_at.isoformat()
    return Browser(str(each.id), each.label, each.current, seen, since)
