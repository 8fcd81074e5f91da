"""Calls of tools, run and written down without a turn."""

from typing import Any
from uuid import UUID

from assistant.agent.acts import Tool, ToolContext
from assistant.agent.backends.notes import Notes
from assistant.agent.types import Usage
from assistant.database import user_session
from assistant.models import ToolExecution
from assistant.services import audit_chain, contents
from assistant.services.audit import page
from assistant.services.audit_entry import Entry
from assistant.services.audit_queries import Filters
from assistant.services.keys import vault_in
from assistant.services.notes import StoredNotes
from assistant.services.sessions import User
from assistant.services.usage import record


async def done(user: User, tool: Tool, arguments: dict[str, Any], **values: Any) -> UUID:
    """The id of the row of a call that was run like this."""
    context = ToolContext(str(user.id), backends={Notes: StoredNotes(user.id)})
    output = await tool.run(arguments, context)
    return await written(user, tool.name, arguments, output.undo, **values)


async def written(
    user: User, tool: str, arguments: dict[str, Any], saved: Any = None, **values: Any
) -> UUID:
    """The id of a row of the log. saved: what would take the call back."""
    row = ToolExecution(
        user_id=user.id,
        call_id="c",
        tool=tool,
        effect="write",
        **{"status": "done", **values},
    )
    async with user_session(user.id) as session:
        vault = await vault_in(session)
        row.input = vault.seal("tool_executions.input", row.id, contents.dump([arguments]))
        if saved is not None:
            row.undo = vault.seal("tool_executions.undo", row.id, contents.dump(saved))
        audit_chain.add(session, vault, [row])
    return row.id


async def told(user: User, filters: Filters | None = None) -> list[Entry]:
    """The newest entries of the user's log."""
    return (await page(user.id, filters or Filters())).entries


async def asked_model(
    user: User, model: str = "claude-sonnet-5-5", purpose: str = "answer"
) -> None:
    """One request to a model stands in the log."""
    async with user_session(user.id) as session:
        request = record(user.id, Usage("anthropic", model, 1_000, 500), purpose)
        audit_chain.add(session, await vault_in(session), [request])
