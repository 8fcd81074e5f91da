"""Calls that wait for the user: filed with the turn that asked, decided once, by whoever owns them.

A decision is one conditional update, so that two of them, from wherever, are one. What was approved
is run by `approval_run.py`.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Literal
from uuid import UUID

from asyncpg import Connection
from sqlalchemy import func
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select, update

from assistant.agent.acts import Act, Arguments, Effect, Intent
from assistant.agent.execution import intended
from assistant.agent.toolbox import TOOL_SECONDS
from assistant.agent.types import ToolCall
from assistant.database import user_session
from assistant.errors import NotFound, Refused, ToolError
from assistant.models import Approval, ToolExecution, Turn
from assistant.services import audit_chain, contents, permissions, signals, tiers
from assistant.services.approval_cards import Card, facts, run_at, shown
from assistant.services.contents import Entry
from assistant.services.keys import vault_in
from assistant.services.leases import Grip
from assistant.services.rows import insert
from assistant.services.stored_cards import ARGUMENTS, FACTS, arguments_of, card_of, readable
from assistant.services.toolkit import toolkit_of
from assistant.services.waiting_calls import cards_in, change_part, entry
from assistant.vault import Tampered, Vault

Scope = Literal["once", "conversation", "target", "always"]
REASON_CHARACTERS = 1_000

TO_BE_REFUSED = ("pending", "approved")
SAID_NO = "The user did not allow this, so it was not run."
TAKEN_BACK = "The user took this back before it was run."
ELSEWHERE = (
    "The server of this tool stands at another address than the card says. Nothing was done; you "
    "can refuse it, and ask for it anew."
)
DECIDED = {
    "pending": "What is asked has changed since this page was read. Look at it again.",
    "approved": "This has been allowed already.",
    "executing": "This has been allowed already, and is being done.",
    "done": "This has been done already.",
    "failed": "This has been tried already.",
    "denied": "This has been refused already.",
    "expired": "This has run out: nobody decided in time, so it was not done.",
}


@dataclass(frozen=True, slots=True)
class Yes:
    """The user allows a call. shown: what the card stood for. arguments: None for those it showed.

    scope: what else is allowed from now on.
    """

    shown: str
    arguments: Arguments | None = None
    scope: Scope = "once"


async def file(
    connection: Connection, grip: Grip, conversation_id: UUID, parts: list[Entry], vault: Vault
) -> None:
    """Store the calls of a reply that wait, in the transaction that ends its turn."""
    log: list[ToolExecution] = []
    for part in cards_in(parts):
        card, arguments = part["approval"], part["arguments"]
        row = Approval(
            id=UUID(card["id"]),
            user_id=grip.user_id,
            conversation_id=conversation_id,
            message_id=grip.reply_id,
            turn_id=grip.turn_id,
            call_id=part["id"],
            tool=part["name"],
            effect=card["effect"],
            status=card["status"],
            shown=card["shown"],
            rule=card["rule"],
            expires_at=datetime.fromisoformat(card["expires"]),
        )
        row.arguments = vault.seal(ARGUMENTS, row.id, contents.dump(arguments))
        row.facts = vault.seal(FACTS, row.id, contents.dump(card))
        if row.status == "approved":
            row.run_at = datetime.fromisoformat(card["run_at"])
        status = "asked" if row.status == "pending" else "approved"
        await insert(connection, row)
        log.append(entry(row, status, arguments, card["sentence"], vault))
    await insert(connection, *audit_chain.signed(vault, log))


async def approve(user_id: UUID, approval_id: UUID, yes: Yes) -> None:
    """Allow a call, as it was shown or as the user has changed it.

    Raises NotFound, and Refused when it was decided before, has run out or is not what was shown.
    """
    async with user_session(user_id) as session:
        row = await _row(session, approval_id)
        vault = await vault_in(session, [row.arguments, row.facts])
    try:
        call, card = ToolCall(row.call_id, row.tool, arguments_of(row, vault)), card_of(row, vault)
    except Tampered as error:
        raise Refused("What is stored of this cannot be opened. You can only refuse it.") from error
    toolkit = await toolkit_of(user_id, await timezone_of(user_id, approval_id))
    tool = toolkit.tool(row.tool)
    if tool is None:
        raise Refused("This tool is not there any more, so it cannot be done. You can refuse it.")
    if why := tiers.lacking(await tiers.tier_of(user_id), tool, "This"):
        raise Refused(f"{why} It was not done; it still waits, and you can refuse it.")
    if yes.arguments is not None or tool.foreign:
        call = replace(call, arguments=call.arguments if yes.arguments is None else yes.arguments)
        try:
            intent = await intended(tool, call, toolkit.context(), TOOL_SECONDS)
        except ToolError as error:
            raise Refused(f"{error} Nothing was done; mend it and allow it again.") from error
        found = facts(Act(_never_weaker(intent, row.effect)))
        if _servers(found) != _servers(card):
            raise Refused(ELSEWHERE)
        card |= found if yes.arguments is not None else {}
    card["status"] = "approved"
    await _decide(user_id, row, yes, call.arguments, card, tool.delay)


async def timezone_of(user_id: UUID, approval_id: UUID) -> str:
    """The time zone in which the call was asked for, an IANA name."""
    asked = select(Turn.details).join(Approval, col(Approval.turn_id) == col(Turn.id))
    async with user_session(user_id) as session:
        details = await session.scalar(asked.where(col(Approval.id) == approval_id))
    return str((details or {}).get("timezone", "UTC"))


def _servers(card: Card) -> list[str]:
    """Whom the user has connected of those that a card names."""
    return [each["value"] for each in card["targets"] if each["kind"] == "server"]


def _never_weaker(intent: Intent, effect: str) -> Intent:
    """A read that counts as sending goes on doing so."""
    return replace(intent, effect=Effect(effect)) if intent.effect is Effect.READ else intent


async def _decide(  # noqa: PLR0913  (one decision)
    user_id: UUID,
    row: Approval,
    yes: Yes,
    arguments: Arguments,
    card: dict[str, Any],
    delay: float,
) -> None:
    async with user_session(user_id) as session:
        vault = await vault_in(session)
        card["shown"] = shown(row.id, row.tool, arguments, vault)
        card["run_at"] = run_at(delay)
        await _grant_more(session, row, yes, card)
        decided = (
            update(Approval)
            .where(*_undecided(row.id), col(Approval.shown) == yes.shown)
            .values(
                status="approved",
                shown=card["shown"],
                arguments=vault.seal(ARGUMENTS, row.id, contents.dump(dict(arguments))),
                facts=vault.seal(FACTS, row.id, contents.dump(card)),
                effect=card["effect"],
                decided_at=func.now(),
                run_at=func.now() + timedelta(seconds=delay),
            )
        )
        await _once(session, decided, row.id)
        row.effect = card["effect"]
        await change_part(session, row, arguments=dict(arguments), card=card)
        said = entry(row, "approved", arguments, card["sentence"], vault)
        audit_chain.add(session, vault, [said])
    await signals.tell_message(user_id, row.conversation_id, row.message_id)


def _undecided(approval_id: UUID) -> tuple[Any, ...]:
    return (
        col(Approval.id) == approval_id,
        col(Approval.status) == "pending",
        col(Approval.expires_at) > func.now(),
    )


async def _once(session: AsyncSession, decision: Any, approval_id: UUID) -> None:  # noqa: ANN401
    """Make the decision, if nobody has. Raises Refused, with what became of it instead."""
    if (await session.execute(decision.returning(col(Approval.id)))).first() is None:
        ran_out = col(Approval.expires_at) <= func.now()
        query = select(Approval.status, ran_out).where(Approval.id == approval_id)
        status, is_late = (await session.execute(query)).one()
        raise Refused(DECIDED["expired" if status == "pending" and is_late else status])


async def _grant_more(session: AsyncSession, row: Approval, yes: Yes, card: dict[str, Any]) -> None:
    """Allow more of the kind, if the user wants it. Here it is the user's own word that holds."""
    values = {target["value"] for target in card["targets"]}
    match yes.scope:
        case "conversation":
            await permissions.grant(session, row.tool, conversation_id=row.conversation_id)
        case "target" if len(values) == 1:
            await permissions.grant(session, row.tool, target=values.pop())
        case "target":
            raise Refused("This reaches more than one, so it cannot be allowed for one of them.")
        case "always":
            await permissions.grant(session, row.tool)


async def deny(user_id: UUID, approval_id: UUID, reason: str = "") -> None:
    """Refuse a call, or take one back that was allowed and waits for its time.

    reason: the model reads it. Raises NotFound and Refused.
    """
    reason = contents.clean(reason.strip()[:REASON_CHARACTERS])
    async with user_session(user_id) as session:
        row = await _row(session, approval_id, held=True)
        vault = await vault_in(session, [row.arguments])
        said = TAKEN_BACK if row.status == "approved" else SAID_NO
        if reason:
            said = f"{said} The reason that they gave: {reason}"
        no = (
            update(Approval)
            .where(col(Approval.id) == approval_id, col(Approval.status).in_(TO_BE_REFUSED))
            .values(status="denied", decided_at=func.now(), ended_at=func.now())
        )
        await _once(session, no, approval_id)
        card = {"reason": reason, "taken_back": row.status == "approved"}
        await _refused(session, row, "denied", said, vault, card)
    await signals.tell_message(user_id, row.conversation_id, row.message_id)


async def expire(user_id: UUID, approval_id: UUID) -> None:
    """Nobody has decided in time, which is a No."""
    async with user_session(user_id) as session:
        row = await _row(session, approval_id, held=True)
        vault = await vault_in(session, [row.arguments])
        over = (
            update(Approval)
            .where(
                col(Approval.id) == approval_id,
                col(Approval.status) == "pending",
                col(Approval.expires_at) <= func.now(),
            )
            .values(status="expired", ended_at=func.now())
        )
        if (await session.execute(over.returning(col(Approval.id)))).first() is None:
            return
        await _refused(session, row, "expired", DECIDED["expired"], vault, {})
    await signals.tell_message(user_id, row.conversation_id, row.message_id)


async def _refused(  # noqa: PLR0913  (one end of a call)
    session: AsyncSession,
    row: Approval,
    status: str,
    said: str,
    vault: Vault,
    card: dict[str, Any],
) -> None:
    await change_part(session, row, state="denied", result=said, card=card | {"status": status})
    audit_chain.add(
        session, vault, [entry(row, status, readable(row, vault)["arguments"], said, vault)]
    )


async def _row(session: AsyncSession, approval_id: UUID, *, held: bool = False) -> Approval:
    """held: as it stays until the end of the transaction."""
    row = await session.get(Approval, approval_id, with_for_update=held)
    if row is None:
        raise NotFound("request")
    session.expunge(row)
    return row
