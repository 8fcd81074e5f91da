"""The chat page: which conversation is open, what runs in it, and the commands of the composer.

Message bodies are not here: the transcript reads them over HTTP (see ARCHITECTURE.md).
"""

from collections.abc import Awaitable, Callable
from dataclasses import asdict, replace
from typing import Annotated, Any
from uuid import UUID

import reflex as rx
from pydantic import Field

from assistant.config import MESSAGE_CHARACTERS
from assistant.errors import AllowanceSpent, AssistantError, NotFound, NotSignedIn, Refused
from assistant.services import accounts, asking_anew, conversations, rate_limits, turns
from assistant.services.addresses import SIGN_IN
from assistant.services.attachments import AT_MOST
from assistant.services.inputs import identifier
from assistant.services.model_choice import choose, offers, require_offered
from assistant.services.standing import Standing, standing
from assistant.services.tiers import Tier, tier_of
from assistant.services.turn_begin import Wish
from assistant.services.turns import Started
from assistant.state.base import BaseState, saying_what_fails, sentence
from assistant.state.commands import command, command_at_once

Id = Annotated[str, Field(max_length=36)]
Key = Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{8,64}$")]
Files = Annotated[list[Id], Field(max_length=AT_MOST)]
Words = Annotated[str, Field(max_length=MESSAGE_CHARACTERS * 20)]  # longer ones are no typing
Model = Annotated[str, Field(max_length=100)]
Beginning = Callable[[UUID, UUID, Wish], Awaitable[Started]]
ANSWERS_KEPT = 8  # of those to sends: several may reach the page in one drawing
NOT_SENT = "This was not sent. What you wrote is kept."
NOT_BEGUN = "No other answer was begun. The one that is here is kept."
MISSING = "This conversation does not exist. It may have been deleted."


class ChatState(BaseState):
    """What the chat page shows beside the messages.

    acknowledged: key, conversation and turn of the last sends that were taken; refused: key and
    sentence of those that were not. notice: why another model answers than the one that was chosen.
    models: id, label, and the plan that has it where the user's does not. short, spent: what is to
    be said of the plan, "" while there is enough; larger: the plan that can be bought; until: when
    it begins anew (ISO 8601).
    """

    conversation_id: str = ""
    title: str = ""
    turn_id: str = ""
    missing: str = ""
    acknowledged: list[dict[str, str]] = []
    refused: list[dict[str, str]] = []
    model: str = ""
    model_label: str = ""
    models: list[dict[str, str]] = []
    notice: str = ""
    short: str = ""
    spent: str = ""
    larger: str = ""
    until: str = ""
    _wanted: str = ""  # the model that was asked for; another one may answer
    _picked_in: str | None = None  # where the model was since the last message, None for nowhere
    _picks: int = 0  # how often: one may come while a message is taken
    _begun: str = ""  # the conversation that a send of this page began last
    _gone: str = ""  # the one that was shown when it was deleted

    @rx.event(background=True)
    async def load(self) -> Any:  # noqa: ANN401  (an event for Reflex)
        """Attach to the conversation that the address names; never start anything."""
        asked, begun = self._address(), self._begun
        async with saying_what_fails(self):
            try:
                stands = await standing(self._user_id(), self.timezone)
                opened = await self._opened(asked)
                usual = "" if opened else await accounts.usual_model(self._user_id())
            except NotSignedIn:
                return rx.redirect(SIGN_IN)
            except NotFound:
                opened, usual = None, ""
            async with self:
                if asked == self._address():  # else the user has moved on
                    self.problem = ""
                    if asked or begun == self._begun:  # else it is a new chat no more
                        self._show(opened, missing=MISSING if asked and not opened else "")
                        self._stand(stands, self._kept(asked, opened.model if opened else usual))
                    else:
                        self._stand(stands, self._wanted or usual)
        return None

    def _address(self) -> str:
        """The conversation that the browser's address names, "" for none."""
        return str(getattr(self, "chat_id", ""))

    def _kept(self, place: str, model: str) -> str | None:
        """The model to be asked for in this place, None for the one that was picked in it.

        A pick that was made elsewhere is over.
        """
        if self._picked_in == place:
            return None
        self._picked_in = None
        return model

    async def _opened(self, conversation_id: str) -> conversations.Listed | None:
        if not conversation_id:
            return None
        return await conversations.opened(self._user_id(), identifier(conversation_id))

    def _show(self, opened: conversations.Listed | None, missing: str = "") -> None:
        self._put(
            conversation_id=str(opened.id) if opened else "",
            title=opened.title if opened else "",
            turn_id=str(opened.turn_id or "") if opened else "",
            missing=missing,
            _gone="",
        )

    def _stand(self, stands: Standing, wanted: str | None = None) -> None:
        """Show what the plan allows now. wanted: another model than was asked for before."""
        self._put(
            short=stands.short,
            spent=stands.spent,
            larger=stands.larger,
            until=stands.until.isoformat() if stands.until else "",
        )
        # Before the page is read nobody knows which model is wanted: a list may be there first.
        if wanted is not None or self.models:
            self._offer(self._wanted if wanted is None else wanted, stands.tier)

    def _offer(self, wanted: str, tier: Tier) -> None:
        choice = choose(wanted, tier)
        self._put(
            _wanted=wanted,
            models=[asdict(each) for each in offers(tier)],
            model=choice.model,
            model_label=choice.label,
            notice=choice.notice,
        )

    def _renew(self, asked: str, opened: conversations.Listed | None) -> None:
        """The conversation that was open when it was asked for has another title or turn."""
        if asked and asked == self._sought:
            self._show(opened, missing="" if opened else MISSING)
            self._gone = "" if opened else asked

    @property
    def _sought(self) -> str:
        """The conversation that the page is about, also where its deletion may be taken back."""
        return self.conversation_id or self._gone

    @command
    async def send(
        self, conversation_id: Id, text: Words, client_key: Key, file_ids: Files
    ) -> None:
        """Send a message where the page says; "" begins a conversation, where the page moves."""
        picks = self._picks
        try:
            place = identifier(conversation_id) if conversation_id else None
            files = tuple(identifier(each, "file") for each in file_ids)
            picked = self._picked_in == conversation_id
            wish = replace(self._wish(client_key, conversation_id), files=files, picked=picked)
            await self._count_address()
            started = await turns.send(self._user_id(), place, text, wish)
        except Exception as error:  # noqa: BLE001  (said beside the composer)
            await self._refuse(client_key, error)
            return
        async with self:
            # One that was made meanwhile is for the next.
            self._picked_in = None if picks == self._picks else str(started.conversation_id)
            self._attach(started, client_key, conversation_id)

    async def _refuse(self, client_key: str, error: Exception, not_done: str = NOT_SENT) -> None:
        """Say why a message was not taken, and what the plan allows."""
        message, stands = sentence(error), await self._stands_after(error)
        if isinstance(error, AllowanceSpent) and stands and stands.spent:
            message = not_done  # the rest is said above the words
        async with self:
            self.refused = [*self.refused, {"key": client_key, "message": message}][-ANSWERS_KEPT:]
            if stands:
                self._stand(stands)

    async def _stands_after(self, error: Exception) -> Standing | None:
        """What the plan allows, where the error may tell that it has changed."""
        if not isinstance(error, Refused | AllowanceSpent):
            return None
        try:
            return await standing(self._user_id(), self.timezone)
        except AssistantError:  # the page is told of the first one all the same
            return None

    @command
    async def retry(self, message_id: Id, client_key: Key) -> None:
        """Answer anew what this reply should have answered."""
        await self._begin(turns.retry, message_id, client_key)

    @command
    async def proceed(self, message_id: Id, client_key: Key) -> None:
        """Go on with a reply that was stopped or cut off."""
        await self._begin(turns.proceed, message_id, client_key)

    @command
    async def regenerate(self, message_id: Id, model_id: Model, client_key: Key) -> None:
        """Give an answer once more; model_id: by this one alone, "" for the one that is chosen."""
        wish = self._wish(client_key, self._address())
        if model_id:
            wish = replace(wish, model=model_id, once=True)

        def begin(user_id: UUID, reply: UUID) -> Awaitable[Started]:
            return asking_anew.regenerate(user_id, reply, wish)

        await self._ask_anew(begin, message_id, wish, NOT_BEGUN)

    @command
    async def edit(self, message_id: Id, text: Words, client_key: Key) -> None:
        """Ask what a message of the user's asked in other words."""
        place = self._address()
        wish = replace(self._wish(client_key, place), picked=self._picked_in == place)

        def begin(user_id: UUID, question: UUID) -> Awaitable[Started]:
            return asking_anew.edit(user_id, question, text, wish)

        await self._ask_anew(begin, message_id, wish, NOT_SENT)

    async def _ask_anew(
        self,
        begin: Callable[[UUID, UUID], Awaitable[Started]],
        message_id: str,
        wish: Wish,
        not_done: str,
    ) -> None:
        """Begin another answer. not_done: what is said where the plan does not pay for it."""
        picks = self._picks
        try:
            await self._count_address()
            started = await begin(self._user_id(), identifier(message_id, "message"))
        except Exception as error:  # noqa: BLE001  (said beside the message)
            await self._refuse(wish.client_key, error, not_done)
            return
        async with self:
            if not wish.once and picks == self._picks:
                self._picked_in = None
            self._attach(started, wish.client_key, str(started.conversation_id))

    async def _count_address(self) -> None:
        """Raises Busy where too many messages come from where the page is."""
        await rate_limits.count_address("messages_from", self.router.session.client_ip)

    def _wish(self, client_key: str, place: str) -> Wish:
        """How what is asked for in a conversation, "" for a new one, is to be answered.

        Until it is loaded, the model that is shown is that of the conversation before.
        """
        is_shown = place in ("", self.conversation_id, self._picked_in)
        return Wish(client_key, self.model if is_shown else "", self.timezone)

    async def _begin(self, begin: Beginning, message_id: str, client_key: str) -> None:
        async with saying_what_fails(self):
            reply = identifier(message_id, "message")
            wish = self._wish(client_key, self._address())
            try:
                await self._count_address()
                started = await begin(self._user_id(), reply, wish)
            except AssistantError as error:
                if stands := await self._stands_after(error):
                    async with self:
                        self._stand(stands)
                raise
            async with self:
                self._attach(started, client_key, str(started.conversation_id))

    def _attach(self, started: Started, client_key: str, place: str) -> None:
        """A turn has begun where the page was (place), and perhaps no longer is."""
        conversation, turn = str(started.conversation_id), str(started.turn_id)
        taken = {"key": client_key, "conversation": conversation, "turn": turn}
        self.acknowledged = [*self.acknowledged, taken][-ANSWERS_KEPT:]
        self.problem = ""
        if self.conversation_id == place:
            self.conversation_id, self.turn_id = conversation, turn
            self._begun = conversation if not place else self._begun

    @command_at_once
    def pick(self, model_id: Model) -> None:
        """Let this model answer what is sent from now on, if the picker offers it."""
        labels = {each["id"]: each["label"] for each in self.models if not each["plan"]}
        if label := labels.get(model_id):
            self._picks += 1
            self._picked_in = self._address()
            self._put(_wanted=model_id, model=model_id, model_label=label, notice="")

    @command
    async def keep_pick(self, model_id: Model) -> None:
        """Let this model answer in new conversations, too."""
        async with saying_what_fails(self):
            tier = await tier_of(self._user_id())
            require_offered(tier, model_id)
            await accounts.set_usual_model(self._user_id(), model_id)
