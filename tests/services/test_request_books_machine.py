"""Across the services that count money: whatever befalls turns, in whatever order, the sums hold.

A model beside them says what each request came to. Workers here do nothing by themselves: each
step is what one of them, the reaper, the user or the clock does next.
"""

import asyncio
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID, uuid4

import asyncpg
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from assistant.agent.prices import cost
from assistant.agent.types import Asked, Message, MessageDone, ProviderFailed, Sent, Text, Usage
from assistant.database import user_connection
from assistant.errors import AllowanceSpent
from assistant.services import audit_chain, contents, reaper, small_talk, tiers, turn_books
from assistant.services.questions import question_of
from assistant.services.request_books import correction_of
from assistant.services.request_meter import Made
from assistant.services.tiers import Tier
from assistant.services.turn_begin import Wish, begin, new_place, one_at_a_time
from assistant.services.turn_end import Outcome, give_up, write_end
from assistant.services.turn_meter import Meter
from assistant.services.turn_run import Job
from tests.conftest import signed_in
from tests.services.stepping import Stepping

EXAMPLES, STEPS = 20, 40
MODELS = (("anthropic", "claude-haiku-5-5"), ("openai", "gpt-6-luna"))
PLAN = Tier("small", "Small", 9, Decimal("0.5"), Decimal(2), Decimal("2.5"))
ENDS = ("done", "stopped", "failed", "interrupted", "waiting")
DONE = Message("assistant", (Text("Forty-two."),))

dice = st.integers(0, 1_000)
MOST = 20_000
sizes = st.integers(0, MOST)

LATE = "update turns set lease_until = now() - interval '1 second' where id = $1"
GONE = "update conversations set deleted_at = now() - interval '2 days' where id = $1"
ERASED = """
    delete from conversations where id = (select conversation_id from turns where id = $1)
"""
OLD = """
    update open_requests set asked_at = now() - interval '1 hour'
    where user_id = $1 and purpose = 'title'
"""
NEXT_MONTH = """
    update allowances set starts_at = starts_at - interval '1 year' * $2::integer,
        ends_at = ends_at - interval '1 year' * $2::integer
    where user_id = $1 and ends_at > now()
"""
WRONG = """
    select kind, starts_at from allowances where user_id = $1 and (
        reserved <> (
            select coalesce(sum(greatest(amount - reservations.spent, 0)), 0) from reservations
            where allowances.id in (month_id, day_id) and closed_at is null
        ) or reserved < 0 or spent < 0 or messages > $2
    )
"""
SUMS = """
    select kind, sum(spent) as spent, max(spent + reserved) as most from allowances
    where user_id = $1 group by kind order by kind
"""


@dataclass(eq=False)
class Worker:
    """A turn as its worker knows it. is_lost: somebody else has closed it, or it is gone."""

    job: Job
    meter: Meter
    is_lost: bool = False
    running: Made | None = None

    @property
    def place(self) -> UUID:
        return self.job.conversation_id


class Machine(Stepping):
    """expected: what each request has come to, by its id, as far as the books can know."""

    def __init__(self, loop: asyncio.AbstractEventLoop, db: str) -> None:
        super().__init__(loop, db)
        self.workers: list[Worker] = []
        self.silent: list[UUID] = []  # turns that may be followed by a question
        self.over = Decimal(0)  # what came when its money was released already
        self.months = 0

    @initialize()
    def start(self) -> None:
        self.do(self._start())

    async def _start(self) -> None:
        self._admin = await asyncpg.connect(self.db)
        self.alice = await signed_in(f"Alice {uuid4().hex[:12]}")

    def a_worker(self, at: int, *, runs: bool = False, lost: bool = False) -> Worker:
        """Some worker, mostly one for which the step means most."""
        fitting = [
            each
            for each in self.workers
            if each.is_lost >= lost and (each.running is not None) >= runs
        ]
        among = fitting if fitting and at % 4 else self.workers
        return among[at % len(among)]

    @rule(goes_on=st.booleans())
    def begins(self, goes_on: bool) -> None:  # noqa: FBT001
        """A user sends, or an answer goes on that had waited."""
        try:
            job = self.do(self._begun(Wish(uuid4().hex, counts=not goes_on)))
        except AllowanceSpent:
            return
        self.workers.append(Worker(job, Meter(job.choice.model, job.asked)))

    async def _begun(self, wish: Wish) -> Job:
        async with user_connection(self.alice.id) as connection:
            asking = await one_at_a_time(connection, self.alice.id, wish)
            place = new_place(asking, "Hello")
            said = contents.words("Hello")
            question = question_of(asking.vault, place.id, place.head_id, said)
            return await begin(asking, place, question.id, question)

    @precondition(lambda self: self.workers)
    @rule(at=dice, model=st.sampled_from(MODELS), leaves=st.booleans())
    def asks(self, at: int, model: tuple[str, str], leaves: bool) -> None:  # noqa: FBT001
        worker = self.a_worker(at)
        if worker.running is not None:
            return
        worker.meter.note(Asked(*model, 100, Sent()))
        grip, vault = worker.job.grip, worker.job.vault
        if self.do(turn_books.ask(grip, worker.meter, vault)):
            worker.running = worker.meter.requests.made[-1]
            worker.running.sent.left = leaves
        else:
            assert worker.is_lost
            worker.meter.note(ProviderFailed(*model, "It was not asked.", None))

    @precondition(lambda self: self.workers)
    @rule(at=dice, read=sizes, written=sizes, fails=st.booleans())
    def hears(self, at: int, read: int, written: int, fails: bool) -> None:  # noqa: FBT001
        """The vendor ends its answer, or breaks off: then another may be asked."""
        worker = self.a_worker(at, runs=True, lost=bool(at % 2))
        if (made := worker.running) is None:
            return
        usage = Usage(made.provider, made.model, read, written)
        if not made.sent.left:
            worker.meter.note(ProviderFailed(made.provider, made.model, "No line.", None))
        elif fails:
            worker.meter.note(ProviderFailed(made.provider, made.model, "It broke off.", usage))
        else:
            worker.meter.note(MessageDone(DONE, usage, "tools"))
        worker.running = None

    @precondition(lambda self: self.workers)
    @rule(at=dice, status=st.sampled_from(ENDS))
    def ends(self, at: int, status: str) -> None:
        """The answer is done, stopped, cut off or waits; one that was lost is booked late."""
        worker = self.a_worker(at, lost=bool(at % 2))
        job, meter = worker.job, worker.meter
        meter.close()
        wrote = self.do(write_end(job.grip, [], Outcome(status), meter, job.vault))
        assert wrote != worker.is_lost
        if not wrote:
            before = self._spent()
            for _ in range(2):
                self.do(give_up(job.grip, meter, job.vault))
            self.over += max(self._spent() - before, Decimal(0))
        self.workers.remove(worker)
        if status == "done":
            self.silent.append(job.grip.turn_id)

    @precondition(lambda self: self.workers)
    @rule(at=dice)
    def seems_dead(self, at: int) -> None:
        self._reaped(self.a_worker(at, runs=True))

    def _reaped(self, worker: Worker) -> None:
        self.admin(LATE, worker.job.grip.turn_id)
        self.do(reaper.reap_once())
        worker.is_lost = True

    @precondition(lambda self: self.workers)
    @rule(at=dice)
    def dies(self, at: int) -> None:
        worker = self.a_worker(at, runs=True)
        self._reaped(worker)
        self.workers.remove(worker)

    @precondition(lambda self: self.workers)
    @rule(at=dice)
    def is_erased(self, at: int) -> None:
        """The conversation is removed for good, be its turn closed or not."""
        self.admin(GONE, self.a_worker(at, lost=True).place)
        self.do(reaper.purge_once())
        there = "select status from turns where id = $1"
        for worker in self.workers:
            worker.is_lost |= not self.admin(there, worker.job.grip.turn_id)

    @precondition(lambda self: self.silent)
    @rule(at=dice, written=sizes, comes_back=st.booleans())
    def asks_silently(self, at: int, written: int, comes_back: bool) -> None:  # noqa: FBT001
        """A title: it may never come back, because its worker is gone."""
        turn_id = self.silent.pop(at % len(self.silent))
        if at % 3 == 0:
            self.admin(ERASED, turn_id)
        provider, model = MODELS[0]
        books = small_talk._Books(self.alice.id, turn_id, "title")
        asked = Asked(provider, model, 50, Sent(left=True), may_write=MOST)
        books.meter.note(asked)
        is_paid_for = self.do(books.pay_for(asked))
        assert not (is_paid_for and at % 3 == 0)
        if not is_paid_for:
            return
        if is_erased := at % 3 == 1:
            self.admin(ERASED, turn_id)
        if not comes_back:
            self.admin(OLD, self.alice.id)
            self.do(reaper.purge_once())
        books.meter.note(MessageDone(DONE, Usage(provider, model, 50, written), "end"))
        before = self._spent()
        if comes_back or at % 2:
            self.do(books.write_down())
        if is_erased or not comes_back:  # else it was set aside until now
            self.over += max(self._spent() - before, Decimal(0))

    @rule()
    def a_month_passes(self) -> None:
        self.months += 1
        self.admin(NEXT_MONTH, self.alice.id, self.months)
        self.over = Decimal(0)

    @invariant()
    def the_sums_hold(self) -> None:
        if not hasattr(self, "alice"):
            return
        assert self.admin(WRONG, self.alice.id, PLAN.messages) == []
        caps = {"day": PLAN.day_usd, "month": PLAN.month_usd}
        booked = self._spent()
        for kind, spent, most in self.admin(SUMS, self.alice.id):
            assert spent == booked, kind
            assert most <= caps[kind] + self.over + self._beyond(), kind

    def _beyond(self) -> Decimal:
        """What requests have cost beyond what was set aside for them."""
        sql = """select coalesce(sum(greatest(spent - amount, 0)), 0) as usd from reservations
                 where user_id = $1"""
        return self.admin(sql, self.alice.id)[0]["usd"]

    def _spent(self) -> Decimal:
        sql = "select coalesce(sum(cost), 0) as usd from usage_logs where user_id = $1"
        return self.admin(sql, self.alice.id)[0]["usd"]

    def teardown(self) -> None:
        try:
            if hasattr(self, "alice"):
                self.each_request_came_to_one_figure()
        finally:
            if hasattr(self, "alice"):
                self.do(self._admin.close())

    def each_request_came_to_one_figure(self) -> None:
        """All workers come to their end, and nothing is left open or told twice."""
        known = [(each.meter.requests, each.is_lost) for each in self.workers]
        while self.workers:
            self.ends(0, "stopped")
        log = {row["id"]: row for row in self.admin(LOG, self.alice.id)}
        for meter, _was_lost in known:
            for made in meter.made:
                assert (made.id in log) == (made.usage is not None) or log[made.id]["estimated"]
                if made.usage and not made.usage.estimated:
                    rows = [log.get(each) for each in (made.id, correction_of(made.id))]
                    told = sum((row["cost"] for row in rows if row), Decimal(0))
                    assert abs(told - cost(made.usage)) <= Decimal("1e-8")
        assert self.admin(OPEN, self.alice.id) == []
        assert not self.do(audit_chain.verify(self.alice.id)).why
        self.the_sums_hold()


LOG = "select id, cost, estimated from usage_logs where user_id = $1"
OPEN = "select * from open_requests where user_id = $1 and purpose = 'answer'"


async def test_whatever_befalls_turns_nothing_is_lost_and_nothing_is_taken_twice(db, monkeypatch):
    monkeypatch.setitem(tiers.TIERS, "pro", PLAN)
    monkeypatch.setattr("assistant.services.signals.tell", _nobody)
    loop = asyncio.get_running_loop()
    bounded = settings(
        max_examples=EXAMPLES,
        stateful_step_count=STEPS,
        deadline=None,
        database=None,
        derandomize=True,
        phases=(Phase.generate,),
        suppress_health_check=list(HealthCheck),
    )
    machine = lambda: Machine(loop, db)  # noqa: E731
    await asyncio.to_thread(run_state_machine_as_test, machine, settings=bounded)


async def _nobody(*_: object) -> None:
    """No page is open."""
