"""The lists of an export that tell of calls, permissions and notes."""

from uuid import UUID

from assistant.services import approvals
from assistant.services.approvals import Yes
from tests.services.test_export import read
from tests.services.waiting import asks_to_delete, kept


async def test_they_tell_what_waited_what_was_allowed_and_what_is_kept(alice, demo):
    (card,) = await asks_to_delete(alice, note := await kept(alice))
    yes = Yes(card["shown"], scope="target")
    await approvals.approve(alice.id, UUID(card["id"]), yes)
    told = await read(alice)
    (waited,) = told["approvals.json"]
    assert waited["arguments"] == {"note_id": note}
    assert (waited["status"], waited["shown"]["sentence"]) == ("approved", card["sentence"])
    (allowed,) = told["permissions.json"]
    assert (allowed["tool"], allowed["only_for"]) == ("delete_note", "Milk")
    (written,) = told["notes.json"]
    assert (written["title"], written["text"]) == ("Milk", "Two litres")
    assert [call["status"] for call in told["tool_log.json"]] == ["asked", "approved"]
