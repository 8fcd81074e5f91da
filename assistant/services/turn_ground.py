"""What a turn begins on: all that is read of its user and its conversation, by one statement."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from asyncpg import Connection as Driver

from assistant.agent.gate import Permissions
from assistant.models import Connection, Conversation
from assistant.services import connection_rows, permissions
from assistant.services.keys import KEYS, vault_of
from assistant.services.summaries import Stored
from assistant.vault import Vault

# Rows in rows: each way to the database and back costs more than what is asked there.
_GROUND = f"""
    select
        array(select row({KEYS}) from user_keys) as keys,
        (select row(id, conversation_id) from turns where client_key = $2) as known,
        array(select conversation_id from turns where status = 'running') as running,
        array({connection_rows.AS_ROWS}) as connections,
        array({permissions.AS_ROWS}) as permitted,
        (
            select row(id, head_id, model, coalesce(metadata ->> 'titled', '') <> '',
                       metadata ? 'tainted', summary, summary_through)
            from conversations where id = $1 and deleted_at is null
        ) as place
"""  # noqa: S608  (nothing in it comes from outside)


@dataclass(frozen=True, slots=True)
class Place:
    """The conversation in which it begins, and its newest message.

    titled: it has its title. tainted: others' text was read in it. summary: of its beginning.
    begun: the row of one that begins with the turn.
    """

    id: UUID
    head_id: UUID | None
    model: str
    titled: bool
    tainted: bool = False
    summary: Stored | None = None
    begun: Conversation | None = None


@dataclass(frozen=True, slots=True)
class Ground:
    """known: turn and conversation of an earlier send with the same key. running: conversations in
    which an answer is being written. place: None where the conversation is not there, or new.
    """

    vault: Vault
    known: tuple[UUID, UUID] | None
    running: Sequence[UUID]
    connections: Sequence[Connection]
    permitted: Permissions
    place: Place | None


async def ground_of(
    driver: Driver, user_id: UUID, conversation_id: UUID | None, key: str, *sealed: bytes | None
) -> Ground:
    """What holds at this moment of the transaction. key: the client's.

    sealed: what the vault is to open, too.
    """
    (found,) = await driver.fetch(_GROUND, conversation_id, key)
    connections = connection_rows.rows_from(found["connections"])
    targets = [row[3] for row in found["permitted"]]
    values = [*sealed, *connection_rows.sealed_in(connections), *targets]
    vault = await vault_of(user_id, found["keys"], values)
    return Ground(
        vault,
        found["known"],
        found["running"],
        connections,
        permissions.permitted_by(found["permitted"], vault),
        _place(found["place"]),
    )


def _place(row: Sequence[Any] | None) -> Place | None:
    if row is None:
        return None
    *facts, sealed, through = row
    place = Place(*facts)
    stored = Stored(place.id, sealed, through) if through else None
    return replace(place, summary=stored)
