"""One turn at work: drives the agent, keeps the lease, writes the end.

No transaction is open while a model or a tool is awaited.
"""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import replace
from decimal import Decimal
from functools import partial
from uuid import UUID

import structlog

from assistant.agent.funds import TOO_COSTLY
from assistant.agent.gate import Gate
from assistant.agent.loop import run
from assistant.agent.provenance import Provenance
from assistant.agent.toolbox import Toolbox
from assistant.agent.types import Asked, Event, Message, MessageDone, ToolFinished
from assistant.config import settings
from assistant.errors import (
    UNEXPECTED,
    AssistantError,
    CeilingReached,
    DatabaseAway,
    ProviderUnavailable,
)
from assistant.services import crowd, leases, messages, shared_log, signals, titles, turn_log
from assistant.services.approval_cards import card_of
from assistant.services.background import spawn, within
from assistant.services.call_rows import id_of
from assistant.services.connected import opened
from assistant.services.model_choice import name_of, provider_for
from assistant.services.permissions import permitted
from assistant.services.reply import Reply
from assistant.services.summaries import extend, is_long
from assistant.services.toolkit import Toolkit, toolkit_with
from assistant.services.turn_books import Journal, ask
from assistant.services.turn_end import Outcome, give_up, patiently, write_end
from assistant.services.turn_job import Job
from assistant.services.turn_meter import Meter
from assistant.services.turn_pen import Pen

TOO_LONG = "The answer reached the model's length limit. Continue, if you want the rest."
CUT_SHORT = "The answer has cost as much as one may, so it was cut. Continue, if you want the rest."
DECLINED = "The model declined to answer this."

log = structlog.get_logger()


class Running:
    """A turn that this process runs."""

    def __init__(self, job: Job) -> None:
        self.job = job
        self.log = turn_log.open_log(job.grip.turn_id, job.vault)
        told = partial(card_of, vault=job.vault), partial(id_of, job.grip.turn_id)
        self.pen = Pen(Reply(name_of, *told), self.log)
        self.meter = Meter(job.choice.model, job.asked)
        self.outcome = Outcome(notice=job.choice.notice)
        self._preparing = crowd.Preparation()
        self._worked = asyncio.Event()
        self._is_bounded = False  # by what the answer may cost, more than by its model
        self._cancelled = ""
        self._seen: int | None = None
        self._ending = False
        self.task = spawn(self._run())
        # Not at the end of the run, which never begins where it is cancelled at once.
        self.task.add_done_callback(lambda _: self._preparing.over())

    def stop(self, seen: int) -> None:
        """Someone pressed Stop, having seen this entry of the log."""
        self._seen = seen
        self.cancel("stopped")

    def cancel(self, why: str) -> None:
        """End the work: "stopped", "interrupted" (the process ends) or "lost" (the lease is)."""
        if not self._cancelled and not self._ending:
            self._cancelled = why
            self.task.cancel()

    async def _run(self) -> None:
        sharing, keeping = spawn(self._share()), spawn(self._keep())
        try:
            await self._until_over()
            await self._end()
        finally:
            keeping.cancel()
            self.log.close()  # whatever befell: no reader waits for an end that does not come
        await sharing

    async def _until_over(self) -> None:
        try:
            await self._work()
        except asyncio.CancelledError:
            if not self._cancelled:
                raise
            self._failed(
                self._cancelled, leases.INTERRUPTED if self._cancelled != "stopped" else ""
            )
        finally:
            self._ending = True

    async def _work(self) -> None:
        """Answer, and turn what goes wrong into a status and a sentence."""
        try:
            await self._answer()
        except ProviderUnavailable as error:
            self._failed("interrupted" if self.pen.reply.parts else "failed", str(error))
        except CeilingReached as error:
            self._failed("interrupted", str(error))
        except AssistantError as error:
            self._failed("failed", str(error))
        except Exception:
            log.exception("turn_failed", turn=str(self.job.grip.turn_id))
            self._failed("failed", UNEXPECTED)

    def _failed(self, status: str, sentence: str) -> None:
        self.outcome.status, self.outcome.error = status, sentence

    async def _answer(self) -> None:
        job, limits = self.job, settings()
        known = opened(job.connections, job.vault, job.timezone)
        toolkit = toolkit_with(job.grip.user_id, known, job.timezone)
        self.pen.reply.know(toolkit.tools)
        request = replace(await job.given(toolkit.offered(job.tier)), funds=self._funds)
        toolbox = self._toolbox(toolkit)
        self.outcome.tainted = toolbox.said.tainted
        events = run(
            request,
            provider_for(job.choice),
            toolbox,
            max_steps=limits.turn_steps,
            seconds=limits.turn_seconds,
        )
        await self._follow(events)
        if toolbox.waits and self.outcome.status == "done":
            self.outcome.status = "waiting"

    def _toolbox(self, toolkit: Toolkit) -> Toolbox:
        """The turn's tools; what the model is asked to continue is none of the user's words."""
        job = self.job
        user_id = job.grip.user_id
        return Toolbox(
            toolkit.offered(job.tier),
            Gate(partial(permitted, user_id, job.conversation_id), job.permitted),
            toolkit.context(str(job.grip.turn_id)),
            Provenance(job.messages, job.manner.instructions, tainted=job.tainted),
            Journal(job.grip, job.vault),
        )

    async def _follow(self, events: AsyncGenerator[Event, None]) -> None:
        async with aclosing(events):
            async for event in events:
                self.pen.take(event)
                self.meter.note(event)
                if isinstance(event, Asked):
                    self._is_bounded = event.may_write < self.job.choice.max_output_tokens
                    await self._put_down()
                    self._preparing.over()
                if isinstance(event, ToolFinished):
                    self._worked.set()
                if isinstance(event, MessageDone):
                    self._note_end(event.stop_reason)
                    self._require_funds(event.message)

    async def _put_down(self) -> None:
        """Let the books know of a request before it is made; a turn that is lost makes none."""
        if not await patiently(lambda: ask(self.job.grip, self.meter, self.job.vault)):
            self.cancel("lost")
            await asyncio.sleep(0)  # here it arrives, before the request leaves

    def _funds(self) -> Decimal:
        """USD that the answer may still cost."""
        return self.job.tier.turn_usd - self.meter.cost

    def _require_funds(self, said: Message) -> None:
        """Raises CeilingReached when the answer is to go on, but has cost what it may."""
        if said.tool_calls and self._funds() <= 0:
            raise CeilingReached(TOO_COSTLY)

    def _note_end(self, stop_reason: str) -> None:
        if stop_reason == "length":
            self._failed("interrupted", CUT_SHORT if self._is_bounded else TOO_LONG)
        elif stop_reason == "refusal":
            self.outcome.notice = f"{self.outcome.notice} {DECLINED}".strip()

    async def _share(self) -> None:
        """Let the readers of all processes find the log, tell them of it, and go on sharing it."""
        job, turn_id = self.job, self.job.grip.turn_id
        await shared_log.begin(turn_id)
        if not self.log.ended:  # else its end has been told
            await signals.tell_turn(job.grip.user_id, job.conversation_id, turn_id, "running")
        if not await shared_log.share(self.log):
            self.cancel("lost")

    async def _keep(self) -> None:
        """Renew the lease and store the partial reply, again and again.

        What a tool has done is stored at once: it must not be done twice.
        """
        stored = 0
        while True:
            await within(leases.RENEW_SECONDS, self._worked)
            self._worked.clear()
            changes = self.pen.reply.changes
            content = self._content() if changes != stored else None
            try:
                held = await leases.renew(self.job.grip, content)
            except DatabaseAway:  # it restarts, and is waited for
                log.warning("lease_not_renewed")
                continue
            stored = changes
            if held is None:
                self.cancel("lost")
                return
            if held.stop_after is not None:
                self.stop(held.stop_after)

    def _content(self) -> bytes:
        job = self.job
        return messages.sealed(job.grip.reply_id, self.pen.reply.parts, job.vault)

    async def _end(self) -> None:
        """Store the end, then tell the readers. A turn that is not ours any more is let go."""
        job, outcome, pen = self.job, self.outcome, self.pen
        user_id, turn_id = job.grip.user_id, job.grip.turn_id
        if outcome.status == "stopped":
            pen.drop_unseen(self._seen)
        pen.flush()
        pen.reply.close(waiting=outcome.status == "waiting")
        self.meter.close()
        author, choice = self.meter.author, job.choice
        outcome.model = choice.label if author == choice.model else name_of(author)
        if outcome.status == "lost" or not await write_end(
            job.grip, pen.reply.parts, outcome, self.meter, job.vault
        ):
            self.log.close()
            await give_up(job.grip, self.meter, job.vault)
        else:
            pen.close(outcome, str(job.grip.reply_id))
            await signals.tell_turn(user_id, job.conversation_id, turn_id, outcome.status)
        if job.untitled and outcome.status == "done":
            spawn(titles.entitle(user_id, job.conversation_id, turn_id, job.untitled))
        budget = choice.history_tokens
        if outcome.status == "done" and is_long(job.messages, pen.reply.parts, budget):
            spawn(extend(user_id, job.conversation_id, turn_id, budget))


_running: dict[UUID, Running] = {}


def launch(job: Job) -> None:
    """Run the turn in this process."""
    running = Running(job)
    turn_id = job.grip.turn_id
    _running[turn_id] = running
    running.task.add_done_callback(lambda _: _let_go(turn_id))


def _let_go(turn_id: UUID) -> None:
    _running.pop(turn_id, None)
    turn_log.forget_later(turn_id)


def runs_here(turn_id: UUID) -> bool:
    """Whether this process runs the turn."""
    return turn_id in _running


def stop_here(notice: signals.Notice) -> None:
    """A notice says that someone stopped a turn; end it if it runs in this process."""
    running = _running.get(UUID(notice["turn"]))
    if running is not None:
        running.stop(notice["seen"])


async def drain() -> None:
    """The process ends: close all its turns as interrupted, with what they have."""
    await asyncio.sleep(0)  # one that was launched just now must begin before it can end
    for running in list(_running.values()):
        running.cancel("interrupted")
    await asyncio.gather(*(r.task for r in list(_running.values())), return_exceptions=True)
