"""Every text is refused with a sentence, or stored and shown exactly; never anything else."""

import asyncio
import unicodedata
from collections.abc import Callable
from uuid import UUID, uuid4

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from assistant.config import MESSAGE_CHARACTERS
from assistant.errors import NotFound, Refused
from assistant.services import contents, conversations, messages
from assistant.services.inputs import BLANKS, JOINERS, identifier, message_text, one_line, own_words
from assistant.vault import new_wrapped_key, unlock
from tests.services import naughty
from tests.services.talk import ended, say, shown, text_of, title_of

AT_ONCE = 4  # turns of one user; five may run

odd = st.characters(categories=["Cs", "Cc", "Cf"])
any_text = st.text(st.characters(codec=None)) | st.text(odd)


def taken(take: Callable[..., str], *arguments: object) -> str | Refused:
    """What becomes of a text; nothing but Refused may be raised."""
    try:
        return take(*arguments)
    except Refused as refused:
        return refused


@given(any_text)
@example("a\x00")
@example("\ud800")
def test_a_message_is_taken_as_it_is_or_refused(text):
    result = taken(message_text, text)
    assert result == text or str(result)
    if isinstance(result, str):
        assert result.encode().decode() == text


@pytest.mark.parametrize("text", ["", " \n\t "])
def test_only_a_message_that_stands_alone_has_to_say_something(text):
    assert message_text(text, alone=False) == text
    assert isinstance(taken(message_text, text), Refused)


@pytest.mark.parametrize("text", ["a\x00", "\ud800", "x" * (MESSAGE_CHARACTERS + 1)])
def test_beside_files_the_other_rules_hold_too(text):
    with pytest.raises(Refused):
        message_text(text, alone=False)


@pytest.mark.usefixtures("prepared")
def test_every_naughty_string_is_refused_or_comes_back_from_its_sealed_form():
    row, user = UUID(int=1), UUID(int=2)
    vault = unlock(user, new_wrapped_key(user))
    assert len(naughty.BIG_LIST) == 515
    for text in naughty.ALL:
        result = taken(message_text, text)
        if isinstance(result, Refused):
            assert not text.strip() or len(text) > MESSAGE_CHARACTERS or not _is_text(text)
        else:
            assert result == text
            sealed = messages.sealed(row, contents.words(text), vault)
            assert messages.opened(row, sealed, vault) == contents.words(text)


def _is_text(text):
    return "\x00" not in text and text == text.encode(errors="ignore").decode()


@given(any_text)
def test_a_title_is_one_line_of_visible_text_or_refused(text):
    line = taken(one_line, text, "A title", 120)
    if isinstance(line, str):
        assert line
        assert all(c.isprintable() or c in JOINERS for c in line)
        assert any(c not in BLANKS and unicodedata.category(c)[0] in "LNPS" for c in line)
        assert line == line.strip() == one_line(line, "A title", 10_000)


@pytest.mark.parametrize(
    "text", [*BLANKS, *JOINERS, BLANKS + JOINERS, "\u0301", "\ufe0f", "\u200b \u2060", "\u00ad"],
    ids=ascii,
)  # fmt: skip
def test_a_title_that_nobody_would_see_is_refused(text):
    with pytest.raises(Refused, match="A title needs between 1 and 120 characters"):
        one_line(text, "A title", 120)


@pytest.mark.parametrize("text", ["👨\u200d👩\u200d👧", "می\u200cروم", "❤\ufe0f", "नमस्ते"])
def test_what_holds_a_symbol_or_a_word_together_stays(text):
    assert one_line(f" {text} ", "A title", 120) == text


def test_the_longest_message_fits_and_one_more_character_does_not():
    assert message_text("x" * MESSAGE_CHARACTERS)
    with pytest.raises(Refused, match="100,001 characters; 100,000 fit"):
        message_text("x" * (MESSAGE_CHARACTERS + 1))


@pytest.mark.usefixtures("prepared")
@given(any_text)
def test_what_is_taken_comes_back_from_its_sealed_form(text):
    row, user = UUID(int=1), UUID(int=2)
    if isinstance(taken(message_text, text), str):
        vault = unlock(user, new_wrapped_key(user))
        sealed = messages.sealed(row, contents.words(text), vault)
        assert messages.opened(row, sealed, vault) == contents.words(text)


async def test_naughty_texts_are_shown_as_they_were_sent(alice, demo):
    texts = [*naughty.OWN, *naughty.packed(10)]
    fit = [text for text in texts if isinstance(taken(message_text, text), str)]
    assert len(fit) > 150
    for some in batched(fit, AT_ONCE):
        await asyncio.gather(*(_is_shown_as_sent(alice, text) for text in some))


async def _is_shown_as_sent(alice, text):
    started = await say(alice, text)
    state = await ended(alice, started)
    question, reply = await shown(alice, started.conversation_id)
    assert text_of(question["parts"]) == text
    assert (state.status, reply["status"]) == ("done", "done"), text[:80]
    assert await title_of(alice, started.conversation_id)


def batched(texts: list[str], size: int) -> list[list[str]]:
    return [texts[at : at + size] for at in range(0, len(texts), size)]


@pytest.mark.parametrize("text", [*naughty.HALVES, *naughty.TOO_MUCH, "a\x00b"], ids=range(11))
async def test_what_cannot_be_stored_is_refused_with_a_sentence(text, alice, demo):
    with pytest.raises(Refused, match=r"\.\)?$|\)\.$"):
        await say(alice, text)


async def test_naughty_titles_are_kept_as_one_clean_line(alice, demo):
    started = await say(alice, "hello")
    await ended(alice, started)
    for text in naughty.ALL:
        line = taken(one_line, text, "A title", 120)
        if isinstance(line, str):
            await conversations.rename(alice.id, started.conversation_id, text)
            assert await title_of(alice, started.conversation_id) == line


def test_an_id_is_an_id_or_names_nothing():
    known = uuid4()
    assert identifier(str(known), "page") == known
    for text in ("", "x", "\x00", "\ud800", "1" * 31, "é" * 32, str(known)[:-1]):
        with pytest.raises(NotFound, match=r"This page does not exist\."):
            identifier(text, "page")
    with pytest.raises(NotFound, match=r"This conversation does not exist\."):
        identifier("x")


def test_words_of_ones_own_keep_their_lines_and_may_be_none():
    assert own_words("  a\n\n\tb \n", "Your instructions", 9) == "a\n\n\tb"
    assert own_words(" \n", "Your instructions", 9) == ""


@pytest.mark.parametrize("bad", ["x" * 10, "a\x00", "\udc80"])
def test_words_of_ones_own_that_cannot_be_kept_are_refused(bad):
    with pytest.raises(Refused):
        own_words(bad, "Your instructions", 9)
