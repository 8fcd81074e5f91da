"""What a row of the log of calls keeps sealed: what went in, what came out, what takes it back."""

from uuid import UUID, uuid5

from pydantic import JsonValue

from assistant.agent.acts import Arguments
from assistant.models import ToolExecution
from assistant.services import contents
from assistant.vault import Vault

INPUT, OUTPUT, UNDO = (f"tool_executions.{name}" for name in ("input", "output", "undo"))


def id_of(turn_id: UUID, number: int) -> UUID:
    """The id of the row that tells how a call of a turn has ended. number: of those that have."""
    return uuid5(turn_id, str(number))


def asked(arguments: Arguments) -> str:
    """The arguments as a row keeps them."""
    return contents.dump([dict(arguments)])


def filled(row: ToolExecution, went_in: str, said: str, vault: Vault) -> ToolExecution:
    """The row with what went in (see `asked`) and what was said of it."""
    row.input = vault.seal(INPUT, row.id, went_in)
    row.output = vault.seal(OUTPUT, row.id, contents.clean(said))
    return row


def keep_undo(row: ToolExecution, undo: JsonValue, vault: Vault) -> None:
    """Keep in the row what takes the call back; None is nothing."""
    if undo is not None:
        row.undo = vault.seal(UNDO, row.id, contents.dump(undo))
