"""The settings page: what the user has chosen, and the commands that change it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Annotated, Any

import reflex as rx
from pydantic import Field

from assistant.errors import NotSignedIn
from assistant.services import accounts, preferences
from assistant.services.addresses import SETTINGS, SIGN_IN, with_next
from assistant.services.inputs import INSTRUCTIONS_CHARACTERS, NAME_CHARACTERS
from assistant.services.languages import LANGUAGES
from assistant.services.model_choice import Offer, choose, offers, require_offered
from assistant.services.tiers import Tier, tier_of
from assistant.state.base import KEPT, SAVED, BaseState, saying_what_fails, sentence
from assistant.state.chat import ChatState
from assistant.state.commands import command
from assistant.state.sidebar import SidebarState

Word = Annotated[str, Field(max_length=100)]  # one that a list offers


@dataclass
class Outcome:
    """How the last change ended. number: counts them, so that each is told from the one before."""

    setting: str = ""
    text: str = ""
    failed: bool = False
    number: int = 0


class SettingsState(BaseState):
    """What the settings page shows. ready: what was chosen is known, and may be changed."""

    ready: bool = False
    name: str = ""
    instructions: str = ""
    language: str = ""
    model: str = ""
    models: list[dict[str, str]] = []
    short: str = ""
    outcome: Outcome = Outcome()

    @rx.event(background=True)
    async def load(self) -> Any:  # noqa: ANN401  (an event for Reflex)
        """Learn what was chosen. No conversation is open here."""
        async with saying_what_fails(self):
            try:
                chosen = await preferences.known(self._user_id())
                tier = await tier_of(self._user_id())
            except NotSignedIn:
                return rx.redirect(with_next(SIGN_IN, SETTINGS))
            async with self:
                (await self.get_state(ChatState))._show(None)
                self._show(chosen, tier)
        return None

    @command
    async def read_again(self) -> None:
        """An import has brought settings: show them, here and beside the conversations."""
        async with saying_what_fails(self):
            chosen = await preferences.known(self._user_id())
            tier = await tier_of(self._user_id())
            async with self:
                self._show(chosen, tier)
                sidebar = await self.get_state(SidebarState)
                sidebar.name = chosen.name
                sidebar.theme, sidebar.theme_since = chosen.theme, chosen.theme_since

    def _show(self, chosen: preferences.Preferences, tier: Tier) -> None:
        self.name, self.instructions = chosen.name, chosen.instructions
        self.language = chosen.language if chosen.language in LANGUAGES else ""
        offered = offers(tier)
        allowed = [each.id for each in offered if not each.plan]
        self.model = chosen.model if chosen.model in allowed else ""
        usual = {"value": "", "label": f"The usual one ({choose('', tier).label})"}
        self.models = [usual, *map(_option, offered)]
        self.short = chosen.short
        self.outcome = Outcome(number=self.outcome.number + 1)
        self.ready = True

    @command
    async def rename(self, text: Annotated[str, Field(max_length=NAME_CHARACTERS * 20)]) -> None:
        """Go by another name, in the sidebar too."""
        async with self._saving("name"):
            line = await preferences.rename(self._user_id(), text)
            async with self:
                self.name = (await self.get_state(SidebarState)).name = line

    @command
    async def instruct(
        self, text: Annotated[str, Field(max_length=INSTRUCTIONS_CHARACTERS * 20)]
    ) -> None:
        """Say what every answer is to heed."""
        async with self._saving("instructions"):
            words = await preferences.instruct(self._user_id(), text)
            async with self:
                self.instructions = words

    @command
    async def answer_in(self, language: Word) -> None:
        """Choose the language of answers, "" for that of each message."""
        async with self._saving("language"):
            await preferences.answer_in(self._user_id(), language)
            async with self:
                self.language = language

    @command
    async def begin_with(self, model: Word) -> None:
        """Choose the model of new conversations, "" for the usual one."""
        async with self._saving("model"):
            if model:
                require_offered(await tier_of(self._user_id()), model)
            await accounts.set_usual_model(self._user_id(), model)
            async with self:
                self.model = model

    @command
    async def answer_short_by(self, which: Word) -> None:
        """Choose who answers short questions, "" for the usual model."""
        async with self._saving("short"):
            await preferences.answer_short_by(self._user_id(), which)
            async with self:
                self.short = which

    @command
    async def look_like(self, theme: Word) -> None:
        """Remember the theme, which the page already has, for the user's other browsers."""
        async with self._saving("theme"):
            await preferences.look_like(self._user_id(), theme)

    @asynccontextmanager
    async def _saving(self, setting: str) -> AsyncIterator[None]:
        """Say beside the setting how the block ended."""
        failure = ""
        try:
            yield
        except Exception as error:  # noqa: BLE001  (said beside the setting)
            failure = f"{sentence(error)} {KEPT}"
        async with self:
            number = self.outcome.number + 1
            self.outcome = Outcome(setting, failure or SAVED, bool(failure), number)


def _option(offer: Offer) -> dict[str, str]:
    """A line of the list. off: it cannot be chosen, as its words say."""
    label = f"{offer.label} ({offer.plan} plan)" if offer.plan else offer.label
    return {"value": offer.id, "label": label, "off": offer.plan}
