"""Across turn_run and the agent: no answer costs more than one may, whoever gives it."""

from decimal import Decimal
from uuid import UUID

import pytest

from assistant.agent.funds import TOO_COSTLY
from assistant.services import tiers, turns
from assistant.services.tiers import Tier
from assistant.services.turn_run import CUT_SHORT, TOO_LONG
from tests.services.talk import ask, ended, rows, say, shown, text_of, wish

ENDLESS = "[[tokens=40000]]"
LIMITS = {
    "anthropic": lambda body: body["max_tokens"],
    "openai": lambda body: body["max_output_tokens"],
    "google": lambda body: body["generationConfig"]["maxOutputTokens"],
}


@pytest.fixture
def may_cost(monkeypatch):
    """Everybody's answers may cost so much: `may_cost("0.05")`."""

    def of(usd):
        tier = Tier("small", "Small", 100, Decimal(usd), Decimal(50), Decimal(90))
        monkeypatch.setitem(tiers.TIERS, "pro", tier)

    return of


async def spent(db, user):
    sql = """select sum(cost) as usd from usage_logs where user_id = $1 and purpose = 'answer'"""
    return (await rows(db, sql, user.id))[0]["usd"] or 0


def asked_of(vendors, vendor):
    """What each answer was allowed to write, of the requests to a vendor."""
    limit = LIMITS[vendor]
    found = [limit(seen.body) for seen in vendors.requests if seen.vendor == vendor]
    return [each for each in found if each != 1_024]  # titles have their own


@pytest.mark.parametrize("vendor", LIMITS)
async def test_one_long_answer_costs_no_more_than_one_may(vendor, alice, vendors, db, may_cost):
    may_cost("0.05")
    others = "".join(f"[[{each}:http=529]]" for each in LIMITS if each != vendor)
    state = await ask(alice, f"{others} {ENDLESS}")
    assert 0 < await spent(db, alice) <= Decimal("0.05")
    assert (state.status, state.end["error"]) == ("interrupted", CUT_SHORT)
    assert asked_of(vendors, vendor)[0] < 5_000
    assert text_of(state.parts).startswith("w0000 w0001 ")


async def test_what_was_cut_by_its_cost_can_be_continued(alice, vendors, db, may_cost):
    may_cost("0.05")
    started = await say(alice, ENDLESS)
    assert (await ended(alice, started)).end["error"] == CUT_SHORT
    may_cost("1")
    cut = (await shown(alice, started.conversation_id))[-1]["id"]
    again = await turns.proceed(alice.id, UUID(cut), wish())
    assert (await ended(alice, again)).status == "done"


async def test_one_that_ends_at_its_models_limit_says_so(alice, vendors, may_cost):
    may_cost("1")
    assert (await ask(alice, ENDLESS)).end["error"] == TOO_LONG
    assert asked_of(vendors, "anthropic") == [32_000]


async def test_who_goes_on_has_what_the_one_before_has_left(alice, vendors, db, may_cost):
    may_cost("0.06")
    state = await ask(alice, "[[anthropic:tokens=40000 cut=4000]]")
    assert [part["type"] for part in state.parts] == ["text", "continued", "text"]
    assert await spent(db, alice) <= Decimal("0.06")
    await ask(alice, "[[anthropic:http=529]]")  # the second vendor alone has all of it
    rest, whole = asked_of(vendors, "openai")
    assert 500 < rest < whole - 500  # what was written before it broke off is paid for


async def test_a_step_for_which_too_little_is_left_is_not_made(alice, vendors, db, may_cost):
    may_cost("0.035")
    state = await ask(alice, "[[thinking=1200]] [[tool=calculator expression=2+2]]")
    assert (state.status, state.end["error"]) == ("interrupted", TOO_COSTLY)
    assert [part["type"] for part in state.parts] == ["thinking", "text", "tool"]
    assert len(asked_of(vendors, "anthropic")) == 1


async def test_a_question_that_costs_more_to_read_than_an_answer_may_is_not_asked(
    alice, vendors, db, may_cost
):
    may_cost("0.05")
    state = await ask(alice, "word " * 20_000)
    assert (state.status, state.end["error"]) == ("interrupted", TOO_COSTLY)
    assert (list(vendors.requests), await spent(db, alice)) == ([], 0)
