"""The settings page: what was chosen is shown, and each change says how it ended."""

import pytest

from assistant.services import accounts, preferences
from assistant.services.inputs import INSTRUCTIONS_CHARACTERS
from assistant.services.model_choice import offered
from assistant.state.base import KEPT, SAVED
from assistant.state.chat import ChatState
from assistant.state.settings import SettingsState
from assistant.state.sidebar import SidebarState
from tests.services.talk import ended, say


async def changed(page, event, **payload):
    """The page's settings after a change, and how it ended."""
    await page.send(SettingsState, event, **payload)
    state = await page.state(SettingsState)
    return state, state.outcome


async def test_what_was_chosen_is_shown(hers, alice, demo):
    await preferences.instruct(alice.id, "Be brief.")
    await preferences.answer_in(alice.id, "fr")
    await accounts.set_usual_model(alice.id, offered()[0].id)
    await hers.send(SettingsState, "load")
    state = await hers.state(SettingsState)
    assert (state.ready, state.name[:5], state.instructions) == (True, "Alice", "Be brief.")
    assert (state.language, state.model) == ("fr", offered()[0].id)
    assert [one["value"] for one in state.models] == ["", *(one.id for one in offered())]


async def test_a_model_that_is_gone_is_shown_as_none_chosen(hers, alice, demo):
    await accounts.set_usual_model(alice.id, "gpt-4o")
    await hers.send(SettingsState, "load")
    assert (await hers.state(SettingsState)).model == ""


async def test_no_conversation_is_open_beside_the_settings(hers, alice, demo):
    started = await say(alice, "hello")
    await ended(alice, started)
    hers.chat_id = str(started.conversation_id)
    await hers.opened()
    await hers.send(ChatState, "load")
    assert (await hers.state(ChatState)).conversation_id == hers.chat_id
    await hers.send(SettingsState, "load")
    assert (await hers.state(ChatState)).conversation_id == ""


async def test_who_is_not_signed_in_comes_back_after_signing_in(anonymous):
    await anonymous.send(SettingsState, "load")
    assert "/sign-in?next=/settings" in anonymous.redirects


async def test_a_new_name_stands_in_the_sidebar_too(hers, alice):
    state, outcome = await changed(hers, "rename", text=" Ada  Lovelace ")
    assert (outcome.setting, outcome.text, outcome.failed) == ("name", SAVED, False)
    assert state.name == (await hers.state(SidebarState)).name == "Ada Lovelace"
    assert (await preferences.known(alice.id)).name == "Ada Lovelace"


async def test_a_page_that_arrives_learns_the_theme(hers, alice):
    await changed(hers, "look_like", theme="dark")
    await hers.send(SidebarState, "arrive", timezone="UTC")
    assert (await hers.state(SidebarState)).theme == "dark"


async def test_each_choice_is_stored_and_said_to_be(hers, alice, demo):
    model = offered()[0].id
    for event, payload, setting in (
        ("instruct", {"text": "Be brief."}, "instructions"),
        ("answer_in", {"language": "ja"}, "language"),
        ("begin_with", {"model": model}, "model"),
        ("look_like", {"theme": "light"}, "theme"),
        ("answer_short_by", {"which": "small"}, "short"),
    ):
        _, outcome = await changed(hers, event, **payload)
        assert (outcome.setting, outcome.text, outcome.failed) == (setting, SAVED, False)
    known = await preferences.known(alice.id)
    assert (known.instructions, known.language) == ("Be brief.", "ja")
    assert (known.model, known.theme, known.short) == (model, "light", "small")
    _, outcome = await changed(hers, "begin_with", model="")
    assert outcome.text == SAVED
    assert (await preferences.known(alice.id)).model == ""


async def test_the_same_outcome_twice_is_told_apart(hers):
    _, first = await changed(hers, "answer_in", language="de")
    _, second = await changed(hers, "answer_in", language="de")
    assert second.number == first.number + 1


@pytest.mark.usefixtures("demo")
@pytest.mark.parametrize(
    ("event", "payload", "sentence"),
    [
        ("rename", {"text": "\u200b "}, "A name needs between 1 and 60 characters."),
        (
            "instruct",
            {"text": "x" * (INSTRUCTIONS_CHARACTERS + 1)},
            "Your instructions have 4,001 characters; 4,000 fit.",
        ),
        ("answer_in", {"language": "tlh"}, "This language does not exist."),
        ("begin_with", {"model": "gpt-4o"}, "This model does not exist."),
        ("look_like", {"theme": "sepia"}, "This theme does not exist."),
        ("answer_short_by", {"which": "tiny"}, "This choice does not exist."),
    ],
)
async def test_what_is_refused_says_why_and_that_the_old_choice_holds(
    event, payload, sentence, hers, alice
):
    before = await preferences.known(alice.id)
    _, outcome = await changed(hers, event, **payload)
    assert (outcome.text, outcome.failed) == (f"{sentence} {KEPT}", True)
    assert await preferences.known(alice.id) == before


async def test_a_model_of_another_plan_is_listed_and_cannot_be_chosen(hers, alice, vendors, free):
    await hers.send(SettingsState, "load")
    listed = {each["value"]: each for each in (await hers.state(SettingsState)).models}
    assert listed["claude-opus-5-5"]["label"] == "Claude Opus 5.5 (Pro plan)"
    assert listed["claude-opus-5-5"]["off"] != ""
    assert listed["claude-sonnet-5-5"]["off"] == ""
    _, outcome = await changed(hers, "begin_with", model="claude-opus-5-5")
    assert outcome.failed
    assert outcome.text.startswith("Claude Opus 5.5 comes with the Pro plan, and yours is Free.")
    assert await accounts.usual_model(alice.id) == ""


async def test_what_an_import_has_brought_is_shown_here_and_in_the_sidebar(hers, alice):
    await hers.send(SettingsState, "load")
    await preferences.fill(alice.id, "", "", {"language": "fr", "theme": "dark"})
    await hers.send(SettingsState, "read_again")
    assert (await hers.state(SettingsState)).language == "fr"
    sidebar = await hers.state(SidebarState)
    assert (sidebar.theme, sidebar.name[:5]) == ("dark", "Alice")
    assert sidebar.theme_since > 0
