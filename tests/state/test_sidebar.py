"""The sidebar: conversations by age, and what can be done with one."""

import asyncio
from datetime import UTC, datetime, timedelta
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.services import conversations, crowd
from assistant.services.conversations import Listed
from assistant.state.sidebar import AGES, OLDER, SidebarState, grouped
from tests.services.talk import ended, say

LABELS = [*(label for _, label in AGES), OLDER]
ZONES = ["UTC", "Europe/Lisbon", "Asia/Kolkata", "Pacific/Kiritimati", "America/Los_Angeles"]


def at(moment: datetime) -> Listed:
    return Listed(uuid4(), "title", "model", moment, None)


def label(touched: str, now: str, zone: str = "UTC") -> str:
    """The age of a conversation; both in UTC, seen from a zone."""
    seen = datetime.fromisoformat(f"{now}+00:00").astimezone(ZoneInfo(zone))
    (group,) = grouped([at(datetime.fromisoformat(f"{touched}+00:00"))], seen)
    return group.label


@pytest.mark.parametrize(
    ("touched", "now", "zone", "age"),
    [
        ("2026-05-10 00:00", "2026-05-10 23:59", "UTC", "Today"),
        ("2026-05-09 23:59", "2026-05-10 00:00", "UTC", "Yesterday"),
        ("2026-05-08 23:59", "2026-05-10 00:00", "UTC", "Previous 7 days"),
        ("2026-05-03 12:00", "2026-05-10 12:00", "UTC", "Previous 7 days"),
        ("2026-05-02 23:59", "2026-05-10 12:00", "UTC", "Previous 30 days"),
        ("2026-04-10 00:00", "2026-05-10 12:00", "UTC", "Previous 30 days"),
        ("2026-04-09 23:59", "2026-05-10 12:00", "UTC", "Older"),
        ("2026-05-09 23:30", "2026-05-10 00:30", "Europe/Lisbon", "Today"),
        ("2026-05-09 18:29", "2026-05-09 18:31", "Asia/Kolkata", "Yesterday"),
        ("2026-05-09 09:59", "2026-05-09 10:01", "Pacific/Kiritimati", "Yesterday"),
        ("2026-05-10 06:59", "2026-05-10 07:01", "America/Los_Angeles", "Yesterday"),
        ("2026-03-29 00:30", "2026-03-29 22:30", "Europe/Berlin", "Yesterday"),
        ("2026-05-11 00:00", "2026-05-10 12:00", "UTC", "Today"),
    ],
)
def test_the_age_is_that_of_the_users_calendar(touched, now, zone, age):
    assert label(touched, now, zone) == age


@given(st.lists(st.integers(0, 60 * 24 * 60)), st.sampled_from(ZONES))
def test_each_conversation_stands_once_and_ages_come_in_order(minutes, zone):
    now = datetime(2026, 5, 10, 12, tzinfo=UTC).astimezone(ZoneInfo(zone))
    listed = [at(now.astimezone(UTC) - timedelta(minutes=m)) for m in sorted(minutes)]
    groups = grouped(listed, now)
    assert [row.id for group in groups for row in group.rows] == [str(one.id) for one in listed]
    assert [group.label for group in groups] == sorted(
        {group.label for group in groups}, key=LABELS.index
    )


async def begun(user, words="hello"):
    started = await say(user, words)
    await ended(user, started)
    return started.conversation_id


def ids(groups):
    return [row.id for group in groups for row in group.rows]


async def test_a_page_that_arrives_learns_name_and_list(hers, alice, demo):
    one = await begun(alice)
    await hers.send(SidebarState, "arrive", timezone="Europe/Lisbon")
    state = await hers.state(SidebarState)
    assert (state.timezone, state.name[:5]) == ("Europe/Lisbon", "Alice")
    assert ids(state.groups) == [str(one)]


async def test_a_list_is_sent_when_it_has_changed_and_only_then(hers, alice, demo):
    one = await begun(alice)
    assert str(one) in str(await hers.send(SidebarState, "refresh"))
    assert str(one) not in str(await hers.send(SidebarState, "refresh"))
    await conversations.rename(alice.id, one, "Renamed")
    assert "Renamed" in str(await hers.send(SidebarState, "refresh"))


@pytest.mark.parametrize("zone", ["", "Nowhere/City", "../../etc/passwd", "utc\n"])
async def test_a_time_zone_that_is_none_is_utc(zone, hers):
    await hers.send(SidebarState, "arrive", timezone=zone)
    state = await hers.state(SidebarState)
    assert (state.timezone, state.problem) == ("UTC", "")


async def test_a_long_list_grows_on_request(hers, alice, demo, monkeypatch):
    monkeypatch.setattr("assistant.state.sidebar.PAGE", 1)
    for _ in range(2):
        await begun(alice)
    state = await hers.state(SidebarState)
    state._shown = 1
    await hers.send(SidebarState, "refresh")
    state = await hers.state(SidebarState)
    assert (len(ids(state.groups)), state.more) == (1, True)
    await hers.send(SidebarState, "show_more")
    state = await hers.state(SidebarState)
    assert (len(ids(state.groups)), state.more) == (2, False)


async def test_rename_archive_and_back(hers, alice, demo):
    one = str(await begun(alice))
    await hers.send(SidebarState, "begin_rename", conversation_id=one)
    assert (await hers.state(SidebarState)).renaming == one
    await hers.send(SidebarState, "rename", conversation_id=one, title="Lisbon")
    state = await hers.state(SidebarState)
    assert (state.renaming, state.groups[0].rows[0].title) == ("", "Lisbon")
    await hers.send(SidebarState, "archive", conversation_id=one)
    assert (await hers.state(SidebarState)).groups == []
    await hers.send(SidebarState, "toggle_archive")
    assert [row.id for row in (await hers.state(SidebarState)).archived] == [one]
    await hers.send(SidebarState, "unarchive", conversation_id=one)
    assert ids((await hers.state(SidebarState)).groups) == [one]


async def test_a_deletion_can_be_taken_back(hers, alice, demo):
    one = await begun(alice, "hello")
    await hers.send(SidebarState, "delete", conversation_id=str(one))
    state = await hers.state(SidebarState)
    assert (state.groups, state.undo_id) == ([], str(one))
    await hers.send(SidebarState, "undo_delete")
    state = await hers.state(SidebarState)
    assert (ids(state.groups), state.undo_id) == ([str(one)], "")
    assert (await conversations.opened(alice.id, one)).id == one


async def test_what_fails_is_one_sentence(hers, bob, demo):
    theirs = str(await begun(bob))
    said = set()
    for which in (theirs, str(uuid4()), "nonsense"):
        for event, more in (("archive", {}), ("delete", {}), ("rename", {"title": "x"})):
            await hers.send(SidebarState, event, conversation_id=which, **more)
            said.add((await hers.state(SidebarState)).problem)
            await hers.send(SidebarState, "dismiss_problem")
    assert said == {"This conversation does not exist."}
    await hers.send(SidebarState, "rename", conversation_id=theirs, title=" ")
    assert "between 1 and 120" in (await hers.state(SidebarState)).problem


async def test_nobody_is_told_to_sign_in(anonymous):
    await anonymous.send(SidebarState, "refresh")
    assert (await anonymous.state(SidebarState)).problem == "Please sign in."


async def test_a_list_that_was_asked_for_earlier_does_not_replace_a_later_one(
    hers, alice, demo, monkeypatch
):
    read, first_has_read, may_go_on = conversations.overview, asyncio.Event(), asyncio.Event()

    async def overview(*args, **kwargs):
        found = await read(*args, **kwargs)
        if not first_has_read.is_set():
            first_has_read.set()
            await may_go_on.wait()
        return found

    await hers.send(SidebarState, "arrive", timezone="UTC")
    monkeypatch.setattr(conversations, "overview", overview)
    earlier = asyncio.create_task(hers.send(SidebarState, "refresh"))
    await first_has_read.wait()
    one = await begun(alice)
    await hers.send(SidebarState, "refresh")
    assert ids((await hers.state(SidebarState)).groups) == [str(one)]
    may_go_on.set()
    await earlier
    assert ids((await hers.state(SidebarState)).groups) == [str(one)]


async def test_while_an_answer_is_prepared_lists_wait_and_then_one_reading_serves_all(
    hers, alice, demo, monkeypatch
):
    read, readings = conversations.overview, []

    async def overview(*args, **kwargs):
        readings.append(kwargs)
        return await read(*args, **kwargs)

    await hers.send(SidebarState, "arrive", timezone="UTC")
    one = await begun(alice)
    monkeypatch.setattr(conversations, "overview", overview)
    with crowd.Preparation():
        waiting = [asyncio.create_task(hers.send(SidebarState, "refresh")) for _ in range(5)]
        arrived = asyncio.create_task(hers.send(SidebarState, "arrive", timezone="UTC"))
        await asyncio.sleep(0.1)
        assert readings == []
        await hers.send(SidebarState, "toggle_archive")  # whoever asks for it has it at once
        assert len(readings) == 1
    await asyncio.gather(*waiting, arrived)
    assert len(readings) < 4
    assert ids((await hers.state(SidebarState)).groups) == [str(one)]
