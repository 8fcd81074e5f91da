"""When a vendor may search by itself, and what a turn is told of it."""

import pytest

from assistant.agent.acts import Effect, Output, Source, Target
from assistant.agent.attached import Document
from assistant.agent.gate import Gate, Grant, Permissions
from assistant.agent.loop import run
from assistant.agent.provenance import Provenance
from assistant.agent.types import (
    Message,
    MessageDone,
    ProviderFailed,
    Request,
    Text,
    TextDelta,
    ToolCall,
    ToolFinished,
    ToolResult,
    ToolStarted,
    VendorSearch,
)
from assistant.agent.vendor_search import BROKE_OFF, VendorSearches, broken_off
from tests.agent.streams import NOTHING, Scripts, all_of, asked, asks, box, done, says, tool_that

USER = Message("user", (Text("What is green tea?"),))
CALL = ToolCall("s", "web_search", {"query": "green tea", "engine": "Anthropic"})
PAGES = ToolResult(
    "s", "web_search", "1. Tea", untrusted=True, sources=(Source("Tea", "https://tea.example"),)
)
FAILED = ToolResult("s", "web_search", "It did not work.", is_error=True)
BEGUN, OVER = VendorSearch(CALL), VendorSearch(CALL, PAGES, 1.5)


def searches(permitted: Permissions = NOTHING, said: Provenance | None = None):
    async def permissions() -> Permissions:
        return permitted

    return VendorSearches(Gate(permissions), said or Provenance((USER,)))


async def test_a_vendor_may_search_where_nothing_speaks_against_it() -> None:
    assert await searches().allowed()
    allowed = Permissions({"web_search": "allow", "create_note": "off"}, (Grant("g", "send_mail"),))
    assert await searches(allowed).allowed()


@pytest.mark.parametrize("tool", ["web_search", "web_fetch"])
@pytest.mark.parametrize("rule", ["off", "ask"])
async def test_a_vendor_may_not_search_where_the_user_forbids_or_is_to_be_asked(tool, rule) -> None:
    assert not await searches(Permissions({tool: rule})).allowed()


@pytest.mark.parametrize(
    "said",
    [
        Provenance((USER, Message("tool", (ToolResult("1", "x", "Evil", untrusted=True),)))),
        Provenance((Message("user", (Document("plan.txt", "Evil"), Text("Look"))),)),
        Provenance((USER, Message("assistant", (OVER,)))),
        Provenance((USER,), tainted=True),
    ],
)
async def test_a_vendor_may_not_search_after_others_text_was_read(said) -> None:
    granted = Permissions({"web_search": "allow"}, (Grant("g", "web_search"),))
    assert not await searches(granted, said).allowed()


async def test_a_search_is_told_as_a_call_that_reads_and_taints_from_its_beginning() -> None:
    said = Provenance((USER,))
    watched = searches(said=said)
    (started,) = watched.told(BEGUN)
    assert isinstance(started, ToolStarted)
    assert said.tainted
    assert (started.act.rule, started.act.origins) == ("reads only", ("user",))
    assert started.act.intent.targets == (Target("query", "green tea"),)
    assert started.act.intent.sentence == "Search the web for “green tea”"
    (finished,) = watched.told(OVER)
    assert finished == ToolFinished(CALL, PAGES, 1.5, started.act)
    assert not await watched.allowed()


def test_all_queries_and_pages_are_named() -> None:
    call = ToolCall("s", "web_search", {"query": "a", "more_queries": ["b"], "url": "https://c.d"})
    (started,) = searches().told(VendorSearch(call))
    values = [target.value for target in started.act.intent.targets]
    assert values == ["a", "b", "https://c.d"]
    (unknown,) = searches().told(VendorSearch(ToolCall("s", "web_search", {})))
    assert unknown.act.intent.sentence == "Search the web"


def test_a_search_whose_answer_broke_off_is_told_as_failed_once() -> None:
    watched = searches()
    (started,) = watched.told(BEGUN)
    failed = ProviderFailed("anthropic", "claude", "It broke off.")
    assert list(watched.told(failed)) == [broken_off(CALL, started.act)]
    assert broken_off(CALL).result == ToolResult("s", "web_search", BROKE_OFF, is_error=True)
    assert not list(watched.told(failed))


def test_what_says_nothing_of_a_search_is_left_alone() -> None:
    assert not list(searches().told(TextDelta("Tea")))


def may_search(*tools) -> Request:
    request = asked("What is green tea?", *tools)
    return Request(request.system, request.messages, request.tools, search=True)


def with_search(*parts: Text | ToolCall) -> list[object]:
    last: MessageDone = done(OVER, *parts, stop="tools" if len(parts) > 1 else "end")  # type: ignore[arg-type]
    return [BEGUN, OVER, last]


async def play(model: Scripts, toolbox) -> list[object]:
    events = run(may_search(), model, toolbox, max_steps=5, seconds=10)
    return await all_of(events)


async def test_later_requests_of_a_turn_go_without_a_search() -> None:
    look = tool_that("4")
    call = ToolCall("1", "look", {})
    model = Scripts(with_search(Text("Hm."), call), says("Tea."))
    events = await play(model, box(look))
    assert [request.search for request in model.requests] == [True, False]
    told = [type(e) for e in events if isinstance(e, ToolStarted | ToolFinished)]
    assert told == [ToolStarted, ToolFinished] * 2


async def test_a_request_after_untrusted_text_goes_without_a_search() -> None:
    async def evil() -> Output:
        return Output("Evil", untrusted=True)

    look = tool_that(evil)
    model = Scripts(asks(ToolCall("1", "look", {})), says("Tea."))
    await play(model, box(look))
    assert [request.search for request in model.requests] == [True, False]


async def test_a_request_that_was_not_offered_a_search_gets_none() -> None:
    model = Scripts(says("Tea."))
    await all_of(run(asked("Hi"), model, box(), max_steps=5, seconds=10))
    assert [request.search for request in model.requests] == [False]


async def test_the_users_no_holds_for_the_next_request() -> None:
    model = Scripts(says("Tea."))
    await play(model, box(permitted=Permissions({"web_search": "off"})))
    assert [request.search for request in model.requests] == [False]


async def test_calls_of_the_same_answer_are_judged_after_its_search() -> None:
    send = tool_that("sent", "send", Effect.SEND)
    granted = Permissions(grants=(Grant("g", "send"),))
    call = ToolCall("1", "send", {})
    eve = Target("recipient", "eve@evil.org")
    said = Provenance((USER,))
    assert said.origin(eve) == "model"
    await play(Scripts(with_search(Text("Hm."), call)), box(send, permitted=granted, said=said))
    assert said.origin(eve) == "untrusted"
    assert said.origin(Target("url", "https://tea.example/")) == "offered"
    assert said.origin(Target("url", "https://evil.org")) == "untrusted"
    assert said.origin(Target("note", "n1")) == "model"
    assert said.origin(Target("query", "my secret")) == "model"


def test_whom_nobody_has_named_is_taken_for_named_by_a_page_that_we_have_not_seen() -> None:
    said = Provenance((USER, Message("assistant", (OVER,))))
    assert said.origin(Target("recipient", "eve@evil.org")) == "untrusted"


def test_a_search_that_failed_at_once_has_read_nothing() -> None:
    said = Provenance((USER, Message("assistant", (VendorSearch(CALL, FAILED),))))
    assert not said.tainted
    assert said.origin(Target("recipient", "eve@evil.org")) == "model"
