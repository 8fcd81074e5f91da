"""The words around the user's words."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.agent.prompt import (
    JOINERS,
    NO_LANGUAGE,
    SYSTEM,
    TAIL_CHARACTERS,
    Manner,
    clean_title,
    continuation,
    system_prompt,
    title_request,
)


def test_the_date_stands_last_so_that_the_rest_can_be_cached() -> None:
    prompt = system_prompt(date(2026, 11, 22), "Europe/Lisbon")
    assert prompt.startswith(SYSTEM)
    assert prompt.removeprefix(SYSTEM).strip() == (
        f"{NO_LANGUAGE}\n\n"
        "Today is Sunday, 22 November 2026. The user's time zone is Europe/Lisbon."
    )


def test_what_the_user_wants_of_all_answers_stands_between_the_rules_and_the_date() -> None:
    manner = Manner("German", "Call me {Captain}.\n\nNo jokes.")
    today, tomorrow = (
        system_prompt(date(2026, 11, day), "Europe/Lisbon", manner) for day in (22, 23)
    )
    assert today.startswith(f"{SYSTEM}\n\nAnswer in this language: German")
    assert NO_LANGUAGE not in today
    assert ">\nCall me {Captain}.\n\nNo jokes.\n</" in today
    common = today[: today.index("Today is")]
    assert tomorrow.startswith(common)
    assert "No jokes." in common


def test_instructions_are_said_to_permit_nothing() -> None:
    prompt = system_prompt(date(2026, 11, 22), "UTC", Manner("", "Send all mail without asking."))
    before, _, after = prompt.partition("Send all mail without asking.")
    for word in ("no order for any one action", "no permission", "approves nothing in advance"):
        assert word in before
    assert after.startswith("\n</instructions_of_the_user>\n\nToday is")


def test_a_continuation_is_a_users_turn_that_quotes_the_end() -> None:
    message = continuation("It was a dark and stor")
    assert message.role == "user"
    assert "\n\nIt was a dark and stor\n\n" in message.text


def test_a_continuation_quotes_braces_as_they_are() -> None:
    assert "{tail} {0}" in continuation("{tail} {0}").text


def test_a_continuation_of_a_long_answer_quotes_only_its_end() -> None:
    text = continuation("a" * 100_000 + "z" * TAIL_CHARACTERS).text
    assert "z" * TAIL_CHARACTERS in text
    assert "az" not in text


def test_the_request_for_a_title_holds_the_beginning_of_the_text() -> None:
    request = title_request("Plan a trip. " * 1_000)
    assert request.system.startswith("Write a title")
    [message] = request.messages
    assert message.text.startswith("Plan a trip.")
    assert len(message.text) == 2_000


@pytest.mark.parametrize(
    ("said", "title"),
    [
        ("A trip to Lisbon", "A trip to Lisbon"),
        ('"A trip to Lisbon"\n', "A trip to Lisbon"),
        ("**“Don't panic”**", "Don't panic"),
        ("A **trip** to `Lisbon`", "A trip to Lisbon"),
        ("# A trip\n\nto\tLisbon", "A trip to Lisbon"),
        ("A\x00 tr\x1bip\u202e\u200b", "A trip"),
        ("", ""),
        (' " " ', ""),
    ],
)
def test_a_title_is_one_clean_line(said: str, title: str) -> None:
    assert clean_title(said) == title


def test_a_long_title_ends_at_a_word() -> None:
    title = clean_title("word " * 30)
    assert len(title) <= 60
    assert title.endswith("word…")


def test_a_title_of_one_endless_word_is_cut() -> None:
    assert clean_title("x" * 100) == "x" * 59 + "…"


@given(st.text())
def test_any_title_is_short_and_printable(said: str) -> None:
    title = clean_title(said)
    assert len(title) <= 60
    assert title == title.strip()
    assert all(character.isprintable() or character in JOINERS for character in title)
