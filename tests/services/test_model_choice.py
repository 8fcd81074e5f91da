"""Which model answers, what stands behind it, and what the page says of it."""

import subprocess
import sys
from dataclasses import replace

import pytest
from structlog.testing import capture_logs

from assistant.agent.catalog import DEFAULTS, MODELS, SMALL, VENDORS
from assistant.config import settings
from assistant.errors import NotFound, Refused
from assistant.services import model_choice, turns
from assistant.services.model_choice import (
    choose,
    default_model,
    name_of,
    offered,
    offers,
    provider_for,
    reachable,
    require_allowed,
    require_offered,
    small_provider,
)
from assistant.services.tiers import FREE, TIERS
from tests.conftest import KEYS
from tests.services.talk import ask, ended, rows, shown, wish

PRO = TIERS["pro"]


@pytest.fixture
def only(monkeypatch):
    """Let only these vendors have a key."""

    def set_keys(*vendors: str) -> None:
        for vendor, name in zip(VENDORS, KEYS, strict=True):
            monkeypatch.setenv(name, "key" if vendor in vendors else "")
        settings.cache_clear()

    yield set_keys
    monkeypatch.undo()
    settings.cache_clear()


@pytest.mark.parametrize(
    ("vendors", "wanted"),
    [*((each,) * 2 for each in VENDORS), (tuple(VENDORS), next(iter(VENDORS)))],
)
def test_only_the_first_vendor_with_a_key_is_imported_at_the_start(only, vendors, wanted):
    only(*((vendors,) if isinstance(vendors, str) else vendors))
    start = (
        "import sys; from assistant.services import model_choice as m; m.load_first();"
        "m.small_provider();"
        "print(*(name for name in sys.modules if name.startswith('assistant.agent.providers.')))"
    )
    done = subprocess.run([sys.executable, "-c", start], stdout=subprocess.PIPE, check=True)  # noqa: S603
    loaded = set(done.stdout.decode().split())
    assert {each for each in VENDORS if f"assistant.agent.providers.{each}" in loaded} == {wanted}


def test_without_a_key_the_demo_model_answers_and_is_the_only_one(only):
    only()
    assert [model.id for model in offered()] == [default_model()] == ["scripted"]
    assert choose("claude-sonnet-5-5", PRO).model == "scripted"
    assert "cannot be reached" in choose("claude-sonnet-5-5", PRO).notice


def test_the_first_vendor_with_a_key_answers(only):
    only("google", "openai")
    assert reachable() == ("openai", "google")
    assert choose("", PRO).model == DEFAULTS["openai"]
    assert provider_for(choose("", PRO)).name == "openai"
    assert small_provider().name == "openai"


def test_only_models_that_can_answer_are_offered(only):
    only("google")
    assert {model.provider for model in offered()} == {"google"}
    assert "gemini-2.0-pro" not in [model.id for model in offered()]


def test_a_retired_model_gives_way_and_the_page_says_so(only):
    only("google")
    choice = choose("gemini-2.0-pro", PRO)
    assert choice.model == "gemini-4-argon"
    assert "Gemini 2.0 Pro has been retired" in choice.notice


def test_a_model_that_is_asked_for_answers_without_a_word(only):
    only("anthropic", "openai")
    assert (choose("gpt-6-astra", PRO).model, choose("gpt-6-astra", PRO).notice) == (
        "gpt-6-astra",
        "",
    )


@pytest.mark.parametrize("unknown", ["nonsense", "x" * 10_000, "\x00", "claude-9"])
def test_an_id_that_nobody_knows_is_the_default_and_the_page_says_so(unknown, only):
    only("openai")
    choice = choose(unknown, PRO)
    assert choice.model == DEFAULTS["openai"]
    assert choice.notice == (
        f"The model that was chosen is not known here. {choice.label} answers instead."
    )


@pytest.fixture
def fresh_breakers():
    model_choice._breaker.cache_clear()
    yield
    model_choice._breaker.cache_clear()


def test_what_fails_for_titles_is_still_asked_for_answers(only, fresh_breakers):
    only("openai", "google")
    for _ in range(3):
        model_choice._breaker("title").failed(("openai", SMALL["openai"]))
    assert small_provider().name == "google"
    assert provider_for(choose(SMALL["openai"], PRO)).model == SMALL["openai"]


def test_one_broken_model_leaves_the_others_of_its_vendor(only, fresh_breakers):
    only("openai", "google")
    for _ in range(3):
        model_choice._breaker("answer").failed(("openai", "gpt-6-astra"))
    assert provider_for(choose("gpt-6-astra", PRO)).name == "google"
    assert provider_for(choose("", PRO)).model == DEFAULTS["openai"]


def test_the_history_fits_the_window_and_the_operators_limit(only):
    only("openai")
    assert choose("", PRO).history_tokens <= settings().history_tokens
    for model in offered():
        assert choose(model.id, PRO).history_tokens < model.context_tokens
        assert choose(model.id, PRO).max_output_tokens <= model.max_output_tokens


def test_people_read_a_name():
    assert name_of("gpt-4o") == "GPT-4o"
    assert name_of("else") == "else"
    assert all(name_of(model) for model in MODELS)


async def test_the_chosen_model_answers_and_is_remembered_by_the_conversation(alice, vendors):
    started = await turns.send(alice.id, None, "hello", wish(model="gpt-6-astra"))
    await ended(alice, started)
    assert vendors.requests[0].model == "gpt-6-astra"
    vendors.requests.clear()
    await ask(alice, "again", started.conversation_id)
    assert "gpt-6-astra" in [each.model for each in vendors.requests]  # a title may come between
    assert {m["model"] for m in (await shown(alice, started.conversation_id))[1::2]} == {
        MODELS["gpt-6-astra"].label
    }


async def test_the_notice_of_another_model_stands_in_the_message(alice, vendors):
    started = await turns.send(alice.id, None, "hello", wish(model="gemini-2.0-pro"))
    state = await ended(alice, started)
    assert "retired" in state.end["notice"]
    assert "retired" in (await shown(alice, started.conversation_id))[-1]["notice"]


LARGE = "claude-opus-5-5"


def test_a_picker_shows_what_another_plan_has_and_says_which(only):
    only("anthropic")
    assert {each.id: each.plan for each in offers(FREE)} == {
        each.id: "Pro" if each.large else "" for each in offered()
    }
    assert {each.plan for each in offers(PRO)} == {""}


def test_a_model_of_another_plan_is_not_to_be_had(only):
    only("anthropic")
    with pytest.raises(
        Refused, match=r"^Claude Opus 5\.5 comes with the Pro plan, and yours is Free"
    ):
        require_allowed(FREE, LARGE)
    for tier, model in (
        (PRO, LARGE),
        (FREE, DEFAULTS["anthropic"]),
        (FREE, ""),
        (FREE, "nonsense"),
    ):
        require_allowed(tier, model)


def test_what_no_picker_shows_does_not_exist_and_what_the_plan_lacks_is_refused(only):
    only("anthropic")
    require_offered(FREE, DEFAULTS["anthropic"])
    for unknown in ("", "nonsense", DEFAULTS["openai"]):
        with pytest.raises(NotFound):
            require_offered(FREE, unknown)
    with pytest.raises(Refused):
        require_offered(FREE, LARGE)


def test_what_was_chosen_under_a_larger_plan_gives_way_with_one_sentence(only):
    only("anthropic", "openai")
    choice = choose(LARGE, FREE)
    assert choice.model == DEFAULTS["anthropic"]
    assert choice.notice == (
        "Claude Opus 5.5 comes with the Pro plan, and yours is Free. "
        f"{choice.label} answers instead."
    )


def test_the_operators_usual_model_is_for_the_plans_that_have_it(only, monkeypatch):
    only("anthropic")
    monkeypatch.setenv("DEFAULT_MODEL", LARGE)
    settings.cache_clear()
    assert (choose("", PRO).model, choose("", FREE).model) == (LARGE, DEFAULTS["anthropic"])
    assert choose("", FREE).notice == ""


async def test_a_message_to_a_model_of_another_plan_is_refused_and_nothing_begins(
    alice, vendors, free, db
):
    with pytest.raises(Refused, match="comes with the Pro plan"):
        await turns.send(alice.id, None, "hello", wish(model=LARGE))
    sql = "select count(*) as all from conversations where user_id = $1"
    assert await rows(db, sql, alice.id) == [{"all": 0}]
    assert not vendors.requests


async def test_a_conversation_from_a_larger_plan_goes_on_with_a_model_of_this_one(
    alice, vendors, sold, db
):
    await rows(db, "update subscriptions set tier = 'pro' where user_id = $1", alice.id)
    started = await turns.send(alice.id, None, "hello", wish(model=LARGE))
    await ended(alice, started)
    await rows(db, "update subscriptions set status = 'canceled' where user_id = $1", alice.id)
    vendors.requests.clear()
    await ask(alice, "again", started.conversation_id)
    assert LARGE not in [each.model for each in vendors.requests]
    (*_, reply) = await shown(alice, started.conversation_id)
    assert (reply["status"], reply["notice"].split(",")[0]) == (
        "done",
        "Claude Opus 5.5 comes with the Pro plan",
    )


async def test_a_model_without_a_price_stands_behind_nobody_and_is_in_the_log(
    alice, vendors, monkeypatch
):
    nameless = replace(MODELS["gpt-6.2-sol"], id="gpt-of-tomorrow")
    monkeypatch.setitem(MODELS, nameless.id, nameless)
    monkeypatch.setitem(DEFAULTS, "openai", nameless.id)
    with capture_logs() as told:
        state = await ask(alice, "[[anthropic:http=529]] Hello")
    assert state.status == "done"
    assert "gpt-of-tomorrow" not in {seen.model for seen in vendors.requests}
    assert {"event": "model_without_a_price", "log_level": "warning", "vendor": "openai"} | {
        "model": "gpt-of-tomorrow"
    } in told
