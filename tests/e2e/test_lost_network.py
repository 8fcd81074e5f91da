"""The network goes away in mid-answer, and the text is whole when it comes back."""

import asyncio

import pytest
from playwright.async_api import expect

from tests.e2e.answers import answer_to, words_to
from tests.e2e.people import text_of

NETWORK = [r"net::ERR_", "WebSocket", "Failed to fetch"]


@pytest.mark.parametrize(
    "prompt",
    [
        "It ends while nobody hears it. [[tokens=150 gap=40]]",
        "It still goes on afterwards. [[tokens=350 gap=40]]",
    ],
)
async def test_ten_seconds_without_network_leave_no_gap_and_no_repeat(person, relay, app, prompt):
    alice = await person(relay.url)
    alice.forgiven = NETWORK
    chat = await alice.open()
    await chat.say(prompt)
    await chat.streams("w0020")
    await chat.arrives()
    relay.cut()
    try:
        await expect(chat.connection).to_contain_text("Connection lost")
        await asyncio.sleep(10)
    finally:
        relay.mend()
    await chat.ends("done")
    await chat.reads(words_to(prompt))
    await expect(chat.connection).to_be_empty()
    assert text_of((await alice.stored(chat))[1]) == answer_to(prompt)


async def test_what_is_said_without_network_arrives_once(person, relay, app):
    alice = await person(relay.url)
    alice.forgiven = NETWORK
    chat = await alice.open()
    await chat.ask("Hello.")
    relay.cut()
    try:
        await expect(chat.connection).to_contain_text("Connection lost")
        await chat.say("Are you there?")
        await expect(chat.said.last).to_have_text("Are you there?")
    finally:
        relay.mend()
    await expect(chat.answers).to_have_count(2)
    await chat.ends("done")
    stored = await alice.stored(chat)
    assert [text_of(m) for m in stored if m["role"] == "user"] == ["Hello.", "Are you there?"]
