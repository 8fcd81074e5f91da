"""The page of billing: the plan, what it costs, what can be changed, and how a payment ended."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from functools import partial
from typing import Annotated, Any
from uuid import UUID

import reflex as rx
from pydantic import Field

from assistant.errors import BillingAway, NotFound, Refused
from assistant.services import billing, rate_limits
from assistant.services.addresses import own_path
from assistant.services.billing import Billing, Change
from assistant.services.checkout import SESSION
from assistant.services.money_and_days import day, money
from assistant.services.plan_changes import MEANWHILE
from assistant.services.stripe_prices import SEATS
from assistant.services.tiers import FREE, TIERS, Tier
from assistant.state import billing_words as words
from assistant.state.base import BaseState, sentence
from assistant.state.billing_cards import Card, cards
from assistant.state.billing_words import Offer, Row
from assistant.state.chat import ChatState
from assistant.state.commands import command
from assistant.state.sidebar import SidebarState

TierId = Annotated[str, Field(max_length=20)]
Seats = Annotated[int, Field(ge=1, le=SEATS)]


class BillingState(BaseState):
    """What the page shows; its amounts and days are words already.

    said: what has just happened. confirming: a payment of which we do not know yet. confirm_url:
    where at Stripe the user confirms a payment, "" for none. back: where the user came from, ""
    for nowhere. failure: why the last action did nothing. answer: counts what was answered, so
    that the buttons know. _shown: what the offer says, as it is agreed to; no page can change it.
    """

    ready: bool = False
    on: bool = True
    away: bool = False
    plan: str = ""
    price: str = ""
    standing: str = ""
    trouble: str = ""
    next_amount: str = ""
    next_day: str = ""
    seats: int = 1
    has_seats: bool = False
    gives: bool = False
    seated: bool = False
    may_resume: bool = False
    may_cancel: bool = False
    has_paid: bool = False
    mine: str = FREE.id
    pay_url: str = ""
    plans: list[Card] = []
    invoices: list[Row] = []
    offer: Offer = Offer()
    said: str = ""
    confirming: bool = False
    confirm_url: str = ""
    back: str = ""
    failure: str = ""
    answer: int = 0
    _session: str = ""
    _asked: tuple[str, int] = ("", 0)
    _shown: Change | None = None
    _hoped: str = ""  # what is said once a payment is confirmed

    @rx.event(background=True)
    async def load(self) -> Any:  # noqa: ANN401  (an event for Reflex)
        """Show how things stand, and take over what was paid on the page that leads back here."""
        async with self:
            (await self.get_state(ChatState))._show(None)
            asked = self.router.url.query_parameters
            session = SESSION.fullmatch(asked.get("session_id", ""))
            self._session = session[0] if session else ""
            self.back = own_path(asked["back"]) if "back" in asked else ""
            self.offer, self.said, self.confirming, self.confirm_url = Offer(), "", False, ""
        return await self._look()

    @command
    async def look(self) -> Any:  # noqa: ANN401
        """Show anew how things stand, as the user asks for."""
        return await self._look()

    @command
    async def watch(self) -> Any:  # noqa: ANN401
        """The same, by itself: a payment may have come. No button has waited for this."""
        return await self._look(asked=False)

    async def _look(self, *, asked: bool = True) -> Any:  # noqa: ANN401
        before = self.ready, self.plan, self.trouble
        async with self._answering(asked=asked):
            user_id, session = await self._asker(), self._session
            async with self:
                self._session = ""
            waits = is_news = False
            try:
                if session:
                    waits = await self._waits_for(user_id, session)
                    is_news = not waits and await billing.is_news(user_id, session)
            finally:
                await self._read(user_id)
            async with self:
                if session:
                    self.confirming, self._session = waits, session if waits else ""
                if is_news:
                    self.said = f"Thank you. {self.plan} is in force."
        changed = self.ready and before != (True, self.plan, self.trouble)
        return self._around() if changed else None

    def _around(self) -> Any:  # noqa: ANN401
        """What stands beside the page shall know of it, too."""
        return SidebarState.arrive(self.timezone)

    async def _waits_for(self, user_id: UUID, session: str) -> bool:
        """Whether what was paid on this page of Stripe's has still to come."""
        try:
            return not await billing.fulfil(user_id, session)
        except BillingAway:
            return True  # it is asked for again, or Stripe's own notice comes

    async def _read(self, user_id: UUID) -> None:
        waited = bool(self.confirm_url)
        found = await billing.billing(user_id)
        async with self:
            self._show(found)
        if waited and not self.confirm_url:  # what was paid for may not be written here yet
            await billing.catch_up(user_id)
            await self._read(user_id)

    def _show(self, found: Billing) -> None:
        sold = found.on and found.paid_tier is not FREE
        there = partial(day, timezone=self.timezone)
        self.on, self.away, self.trouble = found.on, found.away, found.trouble
        self.mine = found.paid_tier.id
        self.plan, self.price = words.plan_and_price(found)
        self.standing = words.standing(found, there)
        self.next_amount = "" if found.next_amount is None else money(found.next_amount)
        self.next_day = there(found.next_at)
        self.seats, self.has_seats = found.seats, sold and found.paid_tier.has_seats
        self.gives = self.has_seats or (found.on and found.gives)
        self.seated = found.on and found.seat is not None
        counts = found.seat is not None and found.seat.counts
        self.may_resume = sold and not counts and (found.ends or found.next_tier is not None)
        may_end = not found.ends or found.status == "unpaid"  # which is ended at once
        self.may_cancel = sold and may_end and found.paid_tier.price is not None
        self.has_paid = sold or bool(found.invoices)
        self.plans = cards(found)
        self.invoices = [words.invoice_row(each, there) for each in found.invoices]
        self.pay_url = next((row.pay_url for row in self.invoices if row.pay_url), "")
        if self.confirm_url and not found.away:
            self._follow({each.page_url: each.status for each in found.invoices})
        self.ready = True

    def _follow(self, invoices: dict[str, str]) -> None:
        """Say when a payment was confirmed. invoices: how each of them stands, by its page."""
        status = invoices.get(self.confirm_url, "")
        if status != "open":
            self.said = self._hoped if status == "paid" else ""
            self.confirm_url = ""

    @command
    async def consider(self, tier_id: TierId, seats: Seats) -> Any:  # noqa: ANN401  (an event)
        """Spell out what this plan would mean; who has none and needs no number goes to pay."""
        if self.mine == FREE.id and not (tier_id in TIERS and TIERS[tier_id].has_seats):
            return await self._leave(self._checkout(tier_id, seats))
        async with self._answering():
            async with self:
                self._asked, self.said = (tier_id, seats), ""
            offer, shown = await self._offered(_known(tier_id), seats)
            async with self:
                if self._asked == (tier_id, seats):  # else another was asked for meanwhile
                    self.offer, self._shown = offer, shown
        return None

    async def _offered(self, tier: Tier, seats: int) -> tuple[Offer, Change | None]:
        mine, there = _known(self.mine), partial(day, timezone=self.timezone)
        if mine is FREE:
            return words.first_offer(tier, seats), None
        user_id = await self._asker()
        found = await billing.preview(user_id, tier.id, seats, timezone=self.timezone)
        return words.change_offer(tier, seats, found, mine, there), found

    @command
    async def reconsider(self) -> None:
        """Leave everything as it is."""
        async with self:
            self.offer, self._shown = Offer(), None
            self.failure, self._asked = "", ("", 0)

    @command
    async def agree(self) -> Any:  # noqa: ANN401
        """Do what was spelled out."""
        offer, shown = self.offer, self._shown
        if not offer.tier_id:
            return None
        if shown is None:
            return await self._leave(self._checkout(offer.tier_id, offer.seats))
        async with self._answering():
            user_id = await self._asker()
            try:
                confirm_url = await billing.change(user_id, offer.tier_id, offer.seats, shown)
            except Refused as error:
                if error.why == MEANWHILE:  # what is spelled out is not how it is
                    await self._close(user_id)
                raise
            await self._close(user_id)
            async with self:
                self.confirm_url, self._hoped = confirm_url, offer.done
                self.said = words.TO_CONFIRM if confirm_url else offer.done
        return self._around()

    async def _close(self, user_id: UUID) -> None:
        """What was spelled out is over; show how things stand."""
        await self._read(user_id)
        async with self:
            self.offer, self._shown = Offer(), None

    @command
    async def resume(self) -> None:
        """Keep the plan that was canceled, or that was to change."""
        async with self._answering():
            user_id = await self._asker()
            await billing.resume(user_id)
            await self._read(user_id)
            async with self:
                self.said = f"{self.plan} goes on as before."

    @command
    async def manage(self) -> Any:  # noqa: ANN401
        """Lead to Stripe's portal, where cards and addresses are changed."""
        return await self._leave(billing.portal)

    def _checkout(self, tier_id: str, seats: int) -> Callable[[UUID], Awaitable[str]]:
        return lambda user_id: billing.checkout(user_id, tier_id, seats, back=self.back)

    async def _leave(self, where: Callable[[UUID], Awaitable[str]]) -> Any:  # noqa: ANN401
        """Lead to a page of Stripe's. Nothing is answered then: the button waits until it comes."""
        await self._begin()
        try:
            return rx.redirect(await where(await self._asker()))
        except Exception as error:  # noqa: BLE001  (said on the page)
            await self._answer(sentence(error))
        return None

    async def _asker(self) -> UUID:
        """Who asks. Raises NotSignedIn, and Busy for one who asks too often."""
        user_id = self._user_id()
        await rate_limits.count("billing", user_id)
        return user_id

    @asynccontextmanager
    async def _answering(self, *, asked: bool = True) -> AsyncIterator[None]:
        """Say on the page why the block failed, and tell its buttons that it is over.

        asked: whether one of them was pressed.
        """
        failure = ""
        if asked:
            await self._begin()
        try:
            yield
        except Exception as error:  # noqa: BLE001  (said on the page)
            failure = sentence(error)
        await self._answer(failure, asked=asked)

    async def _begin(self) -> None:
        """What failed before is tried anew, or over."""
        async with self:
            self.failure = ""

    async def _answer(self, failure: str, *, asked: bool = True) -> None:
        async with self:
            if asked or failure:  # what nobody has asked for leaves what is said already
                self.failure = failure
            self.answer += asked


def _known(tier_id: str) -> Tier:
    """The plan of this id. Raises NotFound."""
    if tier_id not in TIERS:
        raise NotFound("plan")
    return TIERS[tier_id]
