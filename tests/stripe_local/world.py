"""One Stripe account: its objects, its clocks, and the events that it tells."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Literal

from tests.stripe_local.form import Fields
from tests.stripe_local.objects import Objects
from tests.stripe_local.shapes import API_VERSION, blank

AfterRetries = Literal["cancel", "unpaid", "past_due"]


class World:
    """The account.

    after_retries: what becomes of a subscription that nobody pays. only_drafts: invoices are made
    and not collected (previews). lock: held by whoever looks or changes.
    """

    def __init__(self) -> None:
        self.objects = Objects()
        self.lock = threading.RLock()
        self.url = ""
        self.after_retries: AfterRetries = "cancel"
        self.only_drafts = False
        self.told: Callable[[Fields], None] = lambda event: None
        self.request: Fields = {"id": None, "idempotency_key": None}
        self.ahead = 0  # seconds that this account's own clock is ahead of the real one
        self._moment: int | None = None

    def now(self, customer: str | None = None) -> int:
        """The time of the customer's test clock, or of the account."""
        clock = self._clock(customer)
        if clock:
            return int(clock["frozen_time"])
        return int(time.time()) + self.ahead if self._moment is None else self._moment

    def _clock(self, customer: str | None) -> Fields | None:
        owner = self.objects.kinds["customer"].get(customer or "", {})
        return self.objects.kinds["test_helpers.test_clock"].get(owner.get("test_clock") or "")

    @contextmanager
    def at(self, moment: int) -> Iterator[None]:
        """Let it be this moment for all who are on no test clock."""
        before, self._moment = self._moment, moment
        try:
            yield
        finally:
            self._moment = before

    def make(self, kind: str, **fields: Any) -> Fields:
        """A new object that is kept nowhere."""
        made = blank(kind)
        common = {"id": self.objects.name(kind), "created": self.now(fields.get("customer"))}
        return made | {name: value for name, value in common.items() if name in made} | fields

    def add(self, kind: str, **fields: Any) -> Fields:
        """A new object, kept."""
        return self.objects.add(self.make(kind, **fields))

    def emit(self, kind: str, subject: Fields, before: Fields | None = None) -> None:
        """Tell that something has happened. before: what its changed fields were."""
        data = {"object": self.objects.shown(subject)}
        if before is not None:
            data["previous_attributes"] = before
        owner = subject["id"] if subject["object"] == "customer" else subject.get("customer")
        event = self.make("event", type=kind, data=data, api_version=API_VERSION)
        event |= {"created": self.now(owner), "request": dict(self.request), "pending_webhooks": 1}
        self.objects.add(event)
        self.told(event)

    @contextmanager
    def changing(self, subject: Fields, kind: str) -> Iterator[None]:
        """Tell of what changes in the block, if anything does."""
        before = self.objects.shown(subject)
        yield
        after = self.objects.shown(subject)
        changed = {name: before.get(name) for name in after if before.get(name) != after[name]}
        if changed:
            self.emit(kind, subject, changed)

    def imagined(self, customer: str | None) -> "World":
        """A copy of a customer's part, to try anything in: it tells nobody and collects nothing."""
        other = World()
        other.objects = self.objects.part(customer)
        other.url, other.ahead, other._moment = self.url, self.ahead, self.now()
        other.after_retries, other.only_drafts = self.after_retries, True
        return other
