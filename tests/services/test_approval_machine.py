"""Across the services of approvals: whatever is tried in whatever order, what happens is exact.

A model beside them says after each step what must be: the status of each call and its effects.
"""

import asyncio
from typing import Any
from uuid import UUID

from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from assistant.errors import NotFound, Refused
from assistant.services import approval_run, approvals, audit, audit_chain, decisions, permissions
from assistant.services.approvals import Yes
from assistant.services.audit_queries import Filters
from tests.services.approval_world import Died, World
from tests.services.counted import tools_at
from tests.services.expected_calls import LIFE, Call, Stalled
from tests.services.talk import ask

EXAMPLES = 30
STEPS = 30
MOST_CALLS = 7
BREAD = {"text": "Bread"}

dice = st.integers(0, 1_000)
places = st.sampled_from(["before", "after"])
texts = st.sampled_from(["Bread", "Butter"])
tools = st.sampled_from(["post_once", "post_again"])

DUE = """
    select id, user_id, status from approvals
    where user_id = $1 and (
        (status = 'approved' and run_at <= now()) or (status = 'executing' and lease_until < now())
        or (status = 'pending' and expires_at <= now())
    )
"""
OVER = """
    update approvals set status = 'denied'
    where user_id = $1 and status in ('pending', 'approved', 'executing')
"""


class Machine(World):
    """Each step is something that a person, a worker or the clock does to some call."""

    @initialize()
    def begin(self) -> None:
        self.do(self._begin())
        self.asks(["post_once", "post_again", "post_once", "post_again"])
        for at in (0, 5):  # one of each kind
            self.approve(at)
        self.let_the_time_to_run_come(0)

    @precondition(lambda self: len(self.calls) < MOST_CALLS)
    @rule(tools=st.lists(tools, min_size=1, max_size=2))
    def asks(self, tools: list[str]) -> None:
        TOOLS[:] = tools_at(self.wall, self.passing)
        words = "\n".join(f'use {tool} {{"text": "Milk"}}' for tool in tools)
        state = self.do(ask(self.alice, words))
        assert state.status == "waiting"
        cards = [part["approval"] for part in state.parts if "approval" in part]
        for tool, card in zip(tools, cards, strict=True):
            call = Call(UUID(card["id"]), tool, "Milk", card)
            if tool in self.grants:
                call.allowed("Milk")
                call.grant = self.grants[tool]
            self.calls.append(call)

    @rule(tool=tools)
    def grant(self, tool: str) -> None:
        if tool not in self.grants:
            self.grants[tool] = self.do(self._grant(tool))

    @precondition(lambda self: self.grants)
    @rule()
    def revoke(self) -> None:
        _tool, grant = self.grants.popitem()
        self.do(permissions.revoke(self.alice.id, grant))

    @rule(at=dice)
    def approve(self, at: int) -> None:
        call = self.a_call(at, "pending")
        assert self.approved(call, Yes(call.card["shown"])) == call.can_be_allowed
        if call.can_be_allowed:
            call.allowed(call.text)

    @rule(at=dice, text=texts)
    def approve_with_a_change(self, at: int, text: str) -> None:
        call = self.a_call(at, "pending")
        before = self.stored(call)
        said_yes = self.approved(call, Yes(call.card["shown"], {"text": text}))
        assert said_yes == call.can_be_allowed
        if said_yes:
            call.allowed(text)
            call.old.append(call.card["shown"])
            call.card["shown"] = self.stored(call)["shown"]
            call.card["before"] = before["arguments"]
            assert call.card["shown"] not in call.old

    @rule(at=dice, other=dice)
    def decide_what_nobody_may(self, at: int, other: int) -> None:
        """With what was not shown, with a change that makes no sense, and as somebody else."""
        call, another = self.a_call(at, "pending"), self.a_call(other)
        foreign = another.card["shown"] if another is not call else "made up"
        mine = call.card["shown"]
        yes = [Yes(each, change) for each in (*call.old, "", foreign) for change in (None, BREAD)]
        yes += [Yes(mine, change) for change in ({}, {"text": 5}, {"text": "x", "to": "y"})]
        assert not self.approved(call, yes[other % len(yes)])
        for decision in (
            approvals.approve(self.bob.id, call.id, Yes(mine)),
            approvals.deny(self.bob.id, call.id),
        ):
            assert self.refusal(decision) == str(NotFound("request"))
        self.do(approval_run.carry_out(self.bob.id, call.id))

    @rule(at=dice)
    def deny(self, at: int) -> None:
        call = self.a_call(at, "approved")
        said_no = not self.refusal(approvals.deny(self.alice.id, call.id, "No!"))
        assert said_no == (call.status in ("pending", "approved"))
        if said_no:
            call.status = "denied"

    @rule(at=dice, text=st.sampled_from(["", "Bread"]))
    def decide_in_two_tabs_at_once(self, at: int, text: str) -> None:
        call = self.a_call(at, "pending")
        arguments = {"text": text} if text else None
        yes, no, again = self.do(self._at_once(call, Yes(call.card["shown"], arguments)))
        assert yes + again == (call.can_be_allowed and (yes or again))
        if yes or again:
            call.allowed(text or call.text)
            call.old.append(call.card["shown"])
            call.card["shown"] = self.stored(call)["shown"]
        if no:
            assert call.status in ("pending", "approved")
            call.status = "denied"
            card = self.part(call)["approval"]
            assert card["taken_back"] == (self.life(call)[-2] == "approved"), self.life(call)

    async def _at_once(self, call: Call, yes: Yes) -> tuple[bool, ...]:
        results = await asyncio.gather(
            approvals.approve(self.alice.id, call.id, yes),
            approvals.deny(self.alice.id, call.id),
            approvals.approve(self.alice.id, call.id, yes),
            return_exceptions=True,
        )
        assert all(each is None or isinstance(each, Refused) for each in results), results
        return tuple(each is None for each in results)

    @rule(at=dice)
    def let_the_time_to_decide_pass(self, at: int) -> None:
        call = self.a_call(at, "pending")
        self.admin("update approvals set expires_at = now() where id = $1", call.id)
        call.is_late = True

    @precondition(lambda self: any(call.is_under_way for call in self.calls))
    @rule(at=dice)
    def let_the_time_to_run_come(self, at: int) -> None:
        """An approved call is due then, and the lease of one that is run has run out."""
        call = self.a_call(at, "approved", "executing")
        self.admin(
            "update approvals set run_at = now(), lease_until = now() - interval '1 second' "
            "where id = $1 and status in ('approved', 'executing')",
            call.id,
        )
        call.is_due = call.is_due or call.is_under_way

    @rule(at=dice, what=st.sampled_from(["moved", "tool", "before"]))
    def alter_what_is_stored(self, at: int, what: str) -> None:
        """Somebody who can write to the database has it run something else."""
        call, other = self.a_call(at, "pending", "approved", "executing"), self.a_call(at + 1)
        if what == "before" and "before" in call.card:
            value = call.card["before"]
            self.admin("update approvals set arguments = $2 where id = $1", call.id, value)
        elif what == "tool":
            tool = {"post_once": "post_again", "post_again": "post_once"}[call.tool]
            self.admin("update approvals set tool = $2 where id = $1", call.id, tool)
        elif what == "moved" and other is not call:
            value = self.stored(other)["arguments"]
            self.admin("update approvals set arguments = $2 where id = $1", call.id, value)
        else:
            return
        call.is_altered = True

    @rule(workers=st.integers(1, 3))
    def work(self, workers: int) -> None:
        self.do(self._work(workers))
        for call in self.calls:
            if call.is_taken_up and self.is_revoked(call):
                call.asks_after_all()
            elif call.is_taken_up:
                if call.is_run:
                    call.happened()
                call.status = "done" if call.is_run else "failed"
            elif call.is_late and call.status == "pending":
                call.status = "expired"

    async def _work(self, workers: int) -> None:
        # Not by `due()`: a worker takes a hundred of all users, and other tests leave some.
        mine = [approval_run.Due(*row) for row in await self._admin.fetch(DUE, self.alice.id)]
        await asyncio.gather(*(approval_run.attend(due) for due in mine * workers))

    @precondition(lambda self: self.running())
    @rule(at=dice, where=places)
    def kill_a_worker(self, at: int, where: str) -> None:
        call = self.running()[at % len(self.running())]
        self.fate = (where, "dies")
        try:
            self.do(approval_run.carry_out(self.alice.id, call.id))
        except Died:
            self._begun(call, where)
        assert call.status == "executing"

    @precondition(lambda self: self.running())
    @rule(at=dice, where=places)
    def stall_a_worker(self, at: int, where: str) -> None:
        call = self.running()[at % len(self.running())]
        self.fate = (where, "stalls")
        self.reached, self.wakes = asyncio.Event(), asyncio.Event()
        work = self.do(self._stall(call))
        self._begun(call, where)
        self.stalled.append(Stalled(call, where, call.tries, self.wakes, work))

    @precondition(lambda self: self.stalled)
    @rule(at=dice)
    def wake_a_worker(self, at: int) -> None:
        late = self.stalled.pop(at % len(self.stalled))
        self.do(self._wake(late))
        if late.where == "before":
            late.call.happened()
        if late.call.status == "executing" and late.call.tries == late.attempt:
            late.call.status = "done"

    @invariant()
    def all_is_as_it_must_be(self) -> None:
        stored, lives = self.do(self._all_stored()) if self.calls else ({}, {})
        effects = self.wall.all()
        for call in self.calls:
            life = " ".join(lives[str(call.id)])
            assert stored[call.id] == call.status
            assert LIFE.fullmatch(life), life
            assert [text for key, text in effects if key.startswith(f"{call.id}/")] == (
                [call.text] * call.effects
            )
            assert call.effects <= 1
            assert call.effects == 1 or call.status != "done"
            assert "started" in life or not call.effects

    def teardown(self) -> None:
        try:
            while self.stalled:
                self.wake_a_worker(0)
            self.pages_and_the_log_tell_the_truth()
        finally:
            self.admin(OVER, self.alice.id)  # a worker takes a hundred at once, of whomever
            self.do(self._admin.close())

    def pages_and_the_log_tell_the_truth(self) -> None:
        for call in self.calls:
            assert self.part(call)["approval"]["status"] == call.status
        assert self.do(decisions.waiting(self.bob.id)) == []
        assert self.do(audit.page(self.bob.id, Filters())).entries == []
        verdict = self.do(audit_chain.verify(self.alice.id))
        assert (verdict.why, verdict.rows > 0) == ("", True)


TOOLS: list[Any] = []


async def test_whatever_is_tried_each_call_happens_as_it_was_allowed_and_once(
    db, demo, tmp_path, monkeypatch
):
    monkeypatch.setattr("assistant.services.toolkit.TOOLS", TOOLS)
    loop = asyncio.get_running_loop()
    bounded = settings(
        max_examples=EXAMPLES,
        stateful_step_count=STEPS,
        deadline=None,
        database=None,
        phases=(Phase.generate,),  # to make a fault smaller takes longer than a test may
        suppress_health_check=list(HealthCheck),
    )

    def machine() -> Machine:
        return Machine(loop, db, tmp_path)

    await asyncio.to_thread(run_state_machine_as_test, machine, settings=bounded)
