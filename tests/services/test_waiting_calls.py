"""How a reply follows the fate of its calls that wait."""

from uuid import UUID

from assistant.database import user_session
from assistant.models import Approval
from assistant.services.keys import vault_in
from assistant.services.waiting_calls import cards_in, change_part, entry
from tests.services.talk import shown
from tests.services.waiting import asks_to_delete, kept


async def test_only_the_call_of_the_card_is_changed(alice, demo):
    (card,) = await asks_to_delete(alice, await kept(alice))
    async with user_session(alice.id) as session:
        row = await session.get(Approval, UUID(card["id"]))
        await change_part(session, row, result="new", card={"status": "done"})
    (_, reply) = await shown(alice, UUID(card["conversation"]))
    part = reply["parts"][-1]
    assert (part["result"], part["approval"]["status"]) == ("new", "done")
    assert part["approval"]["sentence"] == card["sentence"]


async def test_a_row_of_the_log_tells_of_the_call_and_opens_for_its_owner(alice, demo):
    (card,) = await asks_to_delete(alice, await kept(alice))
    async with user_session(alice.id) as session:
        row, vault = await session.get(Approval, UUID(card["id"])), await vault_in(session)
    written = entry(row, "denied", {"a": 1}, "No.", vault)
    assert (written.tool, written.effect, written.status) == ("delete_note", "destroy", "denied")
    assert vault.open("tool_executions.input", written.id, written.input) == '[{"a":1}]'
    assert vault.open("tool_executions.output", written.id, written.output) == "No."


def test_what_runs_or_is_over_does_not_wait():
    tool = {"type": "tool", "state": "running"}
    waits = {"type": "tool", "state": "waiting"}
    assert cards_in([{"type": "text", "text": ""}, tool, waits]) == [waits]
