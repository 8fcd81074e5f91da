"""Across everything: ciphertext that was moved or changed opens nowhere, and all pages live."""

from itertools import permutations
from uuid import UUID, uuid4

import asyncpg
import pytest
from structlog.testing import capture_logs

from assistant.database import user_session
from assistant.services.keys import vault_in
from assistant.services.rotation import SEALED
from assistant.vault import Tampered
from tests.doors.found import EVENTS, calls, payloads
from tests.doors.people import person, with_everything
from tests.doors.test_doors import HYDRATE
from tests.doors.wire import Socket, ask
from tests.models.rows import sealed_columns

# Bytes that no user's data key has sealed: hashes, a wrapped key, a filter.
NOT_BY_THE_VAULT = {
    "user_keys.wrapped",
    "login_sessions.refresh_hash",
    "login_sessions.previous_hash",
    "recovery_codes.hash",
    "search_signatures.bits",
    "audit_heads.hash",
    "seats.hash",
    *(f"{log}.{name}" for log in ("tool_executions", "usage_logs") for name in ("digest", "hash")),
}
CELLS = [
    (table, column)
    for table, columns in sealed_columns().items()
    for column in columns
    if f"{table}.{column}" not in NOT_BY_THE_VAULT
]
WORDS = "what was written"


@pytest.fixture
async def owner(db, app):
    """Somebody with a value in every sealed column."""
    made = await person(db, f"Owner {uuid4().hex[:8]}", WORDS)
    await with_everything(db, made)
    return made


async def _cells(db, user):
    """Each sealed value with the place, the row and the user's vault it belongs to."""
    admin = await asyncpg.connect(db)
    async with user_session(user.id) as session:
        vault = await vault_in(session)
    found = [
        (vault, f"{table}.{column}", row["id"], row["value"])
        for table, column in CELLS
        for row in await admin.fetch(
            f"select id, {column} as value from {table} "  # noqa: S608
            f"where user_id = $1 and {column} is not null",
            user.id,
        )
    ]
    await admin.close()
    return found


async def test_no_value_opens_in_another_row_column_or_users_cell(db, app, owner):
    others = [await person(db, f"Other {uuid4().hex[:8]}", WORDS) for _ in range(2)]
    for other in others:
        await with_everything(db, other)
    cells = [cell for user in (owner, *others) for cell in await _cells(db, user)]
    assert {place for _, place, _, _ in cells} == {f"{table}.{column}" for table, column in CELLS}
    for vault, place, row_id, value in cells:
        assert vault.open(place, row_id, value)
    swaps = list(permutations(cells, 2))
    assert len(swaps) >= 1_000
    for (vault, place, row_id, _), (*_, moved) in swaps:
        with pytest.raises(Tampered):
            vault.open(place, row_id, moved)
    for vault, place, row_id, value in cells:
        for wrong in ((place, uuid4()), (place + "s", row_id), (place, UUID(int=0))):
            with pytest.raises(Tampered):
                vault.open(*wrong, value)


@pytest.fixture
async def moved(db, owner):
    """All that the owner has stands in the wrong cells."""
    cells = await _cells(db, owner)
    values = [value for *_, value in cells]
    admin = await asyncpg.connect(db)
    for (_, place, row_id, _), value in zip(cells, values[1:] + values[:1], strict=True):
        table, column = place.split(".")
        if place in SEALED:  # a sign-in that was under way is nobody's yet
            await admin.execute(f"update {table} set {column} = $1 where id = $2", value, row_id)  # noqa: S608
    await admin.close()
    return owner


@pytest.mark.parametrize("event", EVENTS, ids=lambda name: ".".join(name.split(".")[-2:]))
async def test_every_event_lives_with_what_cannot_be_opened(event, app, moved):
    payload = next(payloads(event, moved.ids, {}))
    with capture_logs() as logs:
        async with Socket(app, moved.headers, uuid4().hex) as socket:
            told = await socket.sends(event, payload)
    assert not [entry for entry in logs if entry["event"] == "event_failed"]
    assert WORDS not in told


async def test_every_page_and_route_lives_and_says_what_cannot_be_opened(app, moved):
    with capture_logs() as logs:
        chat = str(moved.ids["conversations"])
        async with Socket(app, moved.headers, uuid4().hex) as socket:
            page = await socket.sends(HYDRATE, {}, "/chat/{chat_id}", chat_id=chat)
        said = {
            asking.path: await ask(app, asking, moved.headers)
            for _, asking in calls(app, moved.ids)
            if asking.method == "GET"
        }
    assert "Unreadable" in page
    assert "cannot be opened" in said[f"/api/conversations/{chat}/messages"].text
    # A turn that has just run is still told from memory, where nothing was moved.
    stored = [each.text for path, each in said.items() if not path.startswith("/api/turns/")]
    assert WORDS not in page + "".join(stored)
    assert all(answer.status < 500 for answer in said.values()), said
    assert not [each for each in logs if each["event"] in ("event_failed", "request_failed")]
    unreadable = {each["place"] for each in logs if each["event"] == "unreadable"}
    assert unreadable >= {"conversations.title", "messages.content"}
