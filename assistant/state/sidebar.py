"""The sidebar: the user's conversations by age, and what can be done with one."""

from contextlib import nullcontext
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated, Any
from uuid import UUID
from zoneinfo import ZoneInfo, available_timezones

import reflex as rx
from pydantic import Field

from assistant.services import conversations, crowd, preferences
from assistant.services.conversations import Listed
from assistant.services.inputs import TITLE_CHARACTERS, identifier
from assistant.services.payment_due import payment_due
from assistant.services.standing import told
from assistant.state.base import BaseState, saying_what_fails
from assistant.state.billing_words import due_words
from assistant.state.chat import ChatState, Id
from assistant.state.commands import command

PAGE = 40
SHOWN_AT_MOST = 400  # the whole list travels at each change; search finds the older ones
AGES = ((0, "Today"), (1, "Yesterday"), (7, "Previous 7 days"), (30, "Previous 30 days"))
OLDER = "Older"
TIMEZONES = frozenset(available_timezones())  # asking reads hundreds of files, 5 ms each time


@dataclass
class Row:
    """A conversation in the list."""

    id: str
    title: str
    running: bool


@dataclass
class Group:
    """The conversations of one age."""

    label: str
    rows: list[Row]


def grouped(listed: list[Listed], now: datetime) -> list[Group]:
    """The conversations under their age, by the calendar of the user's time zone."""
    groups: list[Group] = []
    for each in listed:
        label = _age(now.date() - each.touched_at.astimezone(now.tzinfo).date())
        if not groups or groups[-1].label != label:
            groups.append(Group(label, []))
        groups[-1].rows.append(Row(str(each.id), each.title, each.turn_id is not None))
    return groups


def _age(days: timedelta) -> str:
    return next((label for most, label in AGES if days.days <= most), OLDER)


class SidebarState(BaseState):
    """What the sidebar shows. undo_id: the conversation whose deletion can be taken back.

    left_said: what the plan still allows; is_short: it is nearly used up. payment_due: a sentence
    about what is to be paid, "" for nothing.
    theme, theme_since: what the user has chosen in any browser, and when; "" until it is known.
    """

    name: str = ""
    left_said: str = ""
    is_short: bool = False
    payment_due: str = ""
    theme: str = ""
    theme_since: int = 0
    groups: list[Group] = []
    archived: list[Row] = []
    archive_open: bool = False
    more: bool = False
    renaming: str = ""
    undo_id: str = ""
    undo_title: str = ""
    _shown: int = PAGE
    _undo_opens: bool = False
    _asked: int = 0
    _asked_in: str = ""
    _told: int = 0

    @command
    async def arrive(self, timezone: Annotated[str, Field(max_length=64)]) -> None:
        """The page is here: learn its time zone, who this is, and show the list."""
        known = timezone if timezone in TIMEZONES else "UTC"
        async with self:  # at once: a message may be sent before the rest is read
            self._put(timezone=known)
        async with saying_what_fails(self):
            if self.name:  # the page knows all that already: only its address is new
                async with crowd.aside():
                    await self._greet(known)
                await self._list(aside=True)
            else:
                await self._greet(known)
                await self._list()

    async def _greet(self, timezone: str) -> None:
        """Learn who this is, and what is to be paid."""
        user_id = self._user_id()
        chosen, due = await preferences.known(user_id), await payment_due(user_id)
        async with self:
            self._put(
                name=chosen.name,
                payment_due=due_words(due, timezone) if due else "",
                theme=chosen.theme,
                theme_since=chosen.theme_since,
            )

    @command
    async def refresh(self) -> None:
        """Something of the user's has changed: read the list, and what is open, again."""
        async with saying_what_fails(self):
            await self._list(aside=True)

    async def _list(self, *, aside: bool = False) -> None:
        """Read the list and show it, unless one that was asked for later is shown already.

        aside: it gives way to answers that begin; of several that have waited, the first reads for
        all.
        """
        async with self:
            number = self._asked = self._asked + 1
            self._asked_in = (await self.get_state(ChatState))._sought
        async with crowd.aside() if aside else nullcontext():
            if number > self._told:
                await self._read_list(self._asked, self._asked_in)

    async def _read_list(self, number: int, asked: str) -> None:
        """Read and show it. asked: the conversation that was open when it was asked for."""
        found = await conversations.overview(
            self._user_id(),
            self._shown + 1,
            archived=PAGE if self.archive_open else 0,
            open_id=UUID(asked) if asked else None,
        )
        left = found.left
        async with self:
            if number < self._told:
                return
            self._told = number
            now = datetime.now(ZoneInfo(self.timezone))
            self._put(
                groups=grouped(found.listed[: self._shown], now),
                more=self._shown < min(len(found.listed), SHOWN_AT_MOST),
                left_said=f"{left.messages_left:,} of {left.tier.messages:,} messages left",
                is_short=left.is_short,
                archived=[Row(str(each.id), each.title, running=False) for each in found.archived],
            )
            chat = await self.get_state(ChatState)
            chat._renew(asked, found.opened)
            chat._stand(told(left, self.timezone))

    @command
    async def show_more(self) -> None:
        """Show a longer list."""
        async with self:
            self._shown = min(self._shown + PAGE, SHOWN_AT_MOST)
        async with saying_what_fails(self):
            await self._list()

    @command
    async def toggle_archive(self) -> None:
        """Show or hide the archived conversations."""
        async with self:
            self.archive_open = not self.archive_open
        async with saying_what_fails(self):
            await self._list()

    @command
    async def begin_rename(self, conversation_id: Id) -> None:
        """Turn the row's title into a field; "" turns it back."""
        async with self:
            self.renaming = conversation_id

    @command
    async def rename(
        self, conversation_id: Id, title: Annotated[str, Field(max_length=TITLE_CHARACTERS * 10)]
    ) -> None:
        """Give a conversation another title."""
        async with self:
            self.renaming = ""
        async with saying_what_fails(self):
            await conversations.rename(self._user_id(), identifier(conversation_id), title)
            await self._list()

    @command
    async def archive(self, conversation_id: Id) -> None:
        """Put a conversation out of the list."""
        async with saying_what_fails(self):
            await conversations.archive(self._user_id(), identifier(conversation_id))
            await self._list()

    @command
    async def unarchive(self, conversation_id: Id) -> None:
        """Put a conversation back into the list."""
        async with saying_what_fails(self):
            await conversations.archive(self._user_id(), identifier(conversation_id), back=True)
            await self._list()

    @command
    async def delete(self, conversation_id: Id) -> None:
        """Delete a conversation; the page offers to take that back, and leaves it if open."""
        async with saying_what_fails(self):
            deleted = await conversations.opened(self._user_id(), identifier(conversation_id))
            await conversations.delete(self._user_id(), deleted.id)
            async with self:
                self.undo_id, self.undo_title = conversation_id, deleted.title
                chat = await self.get_state(ChatState)
                self._undo_opens = chat.conversation_id == conversation_id
            await self._list()

    @command
    async def undo_delete(self) -> Any:  # noqa: ANN401  (an event for Reflex)
        """Take the last deletion back."""
        conversation_id, was_open = self.undo_id, self._undo_opens
        async with self:
            self.undo_id = self.undo_title = ""
        async with saying_what_fails(self):
            await conversations.delete(self._user_id(), identifier(conversation_id), back=True)
            await self._list()
            if was_open:
                return rx.redirect(f"/chat/{conversation_id}")
        return None

    @command
    async def dismiss_undo(self) -> None:
        """The offer to take the deletion back is over."""
        async with self:
            self.undo_id = self.undo_title = ""

    @command
    async def dismiss_problem(self) -> None:
        """The sentence has been read."""
        async with self:
            self.problem = ""
