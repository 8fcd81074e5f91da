"""Across all providers: the vendor's own search, as it goes over the wire and as it comes back."""

import json
from dataclasses import replace

import pytest

from assistant.agent.acts import Source
from assistant.agent.catalog import VENDORS
from assistant.agent.types import (
    Message,
    ModelEvent,
    Replay,
    Request,
    Text,
    ToolCall,
    ToolCallDelta,
    ToolResult,
    VendorSearch,
)
from assistant.errors import ProviderUnavailable
from tests.agent.providers.conftest import Vendor, done, said, text_of
from tests.agent.streams import tool_that
from tests.vendors import Call, Say, Script, Search, Think

URL = "https://tea.example/all"
SEARCH = Search("green tea")
ANSWER = Say(("Tea ", "is a drink."), cites=(URL,))
SEARCHED = Script((SEARCH, ANSWER))
MAY_SEARCH = replace(said("What is tea?"), search=True)
HOW = {
    "anthropic": '{"type": "web_search_20250305", "name": "web_search", "max_uses": 1}',
    "openai": '{"type": "web_search"}',
    "google": '{"googleSearch": {}}',
}


def searches(events: list[ModelEvent]) -> list[VendorSearch]:
    return [event for event in events if isinstance(event, VendorSearch)]


def body_of(vendor: Vendor) -> str:
    return json.dumps(vendor.server.requests[-1].body)


async def test_a_vendor_searches_only_where_it_may(vendor: Vendor) -> None:
    request = replace(MAY_SEARCH, tools=(tool_that("", "calculator"),))
    await vendor.told(Script(), request)
    assert HOW[vendor.name] in body_of(vendor)
    assert "calculator" in body_of(vendor)
    await vendor.told(Script(), replace(request, search=False))
    assert not any(how in body_of(vendor) for how in HOW.values())


async def test_a_vendor_that_can_be_bound_searches_once(openai: Vendor) -> None:
    await openai.told(Script(), MAY_SEARCH)
    assert openai.server.requests[-1].body["max_tool_calls"] == 1


async def test_gemini_tells_of_its_searches_where_it_may_search(google: Vendor) -> None:
    await google.told(Script(), MAY_SEARCH)
    told = {"includeServerSideToolInvocations": True}
    assert google.server.requests[-1].body["toolConfig"] == told
    await google.told(Script())
    assert "toolConfig" not in google.server.requests[-1].body


async def test_a_search_is_told_with_query_engine_and_sources(vendor: Vendor) -> None:
    events = await vendor.told(SEARCHED, MAY_SEARCH)
    begun, over = searches(events)
    assert begun.result is None
    assert begun.call.id == over.call.id
    asked = {"query": "green tea", "engine": VENDORS[vendor.name].label}
    assert (over.call.name, dict(over.call.arguments)) == ("web_search", asked)
    assert over.result is not None
    assert over.result.untrusted
    assert not over.result.is_error
    assert [source.url for source in over.result.sources] == [URL]
    assert URL in over.result.content
    assert over.seconds >= 0
    assert not [event for event in events if isinstance(event, ToolCallDelta)]
    assert text_of(events) == done(events).message.text == "Tea is a drink."
    assert done(events).stop_reason == "end"


async def test_a_query_is_told_before_the_result_where_the_vendor_tells_it(vendor: Vendor) -> None:
    begun, _ = searches(await vendor.told(SEARCHED, MAY_SEARCH))
    told = {} if vendor.name == "openai" else {"query": "green tea"}
    assert dict(begun.call.arguments) == told | {"engine": VENDORS[vendor.name].label}


async def test_a_search_is_a_part_of_the_answer_and_stands_in_its_place(vendor: Vendor) -> None:
    script = Script((Say(("Let me look.",)), SEARCH, ANSWER))
    events = await vendor.told(script, MAY_SEARCH)
    parts = [p for p in done(events).message.parts if isinstance(p, Text | VendorSearch)]
    assert [type(part) for part in parts] == [Text, VendorSearch, Text]
    assert parts[1] == searches(events)[-1]


async def test_a_search_is_counted(vendor: Vendor) -> None:
    assert done(await vendor.told(SEARCHED, MAY_SEARCH)).usage.searches == 1
    assert done(await vendor.told(Script(), MAY_SEARCH)).usage.searches == 0


BLOCKS = {
    "anthropic": ("c2VhbGVkLXBhZ2U=", "encrypted_index", "server_tool_use"),
    "openai": ('"type": "web_search_call"', "url_citation", '"sources"'),
    "google": ('"toolCall"', '"toolResponse"', "search_suggestions"),
}


async def test_what_was_found_goes_back_unchanged_to_the_same_model(vendor: Vendor) -> None:
    call = Call("calculator", ('{"expression": "2+2"}',), id="call_a")
    answer = done(await vendor.told(Script((SEARCH, ANSWER, call)), MAY_SEARCH)).message
    result = Message("tool", (ToolResult("call_a", "calculator", "4"),))
    await vendor.told(Script(), Request("", (*said("Hi.").messages, answer, result)))
    assert all(word in body_of(vendor) for word in BLOCKS[vendor.name])
    assert body_of(vendor).count("Tea is a drink.") == (2 if vendor.name == "anthropic" else 1)


async def test_blocks_stand_in_the_next_request_in_the_order_in_which_they_came(
    anthropic: Vendor,
) -> None:
    answer = done(await anthropic.told(SEARCHED, MAY_SEARCH)).message
    again = (*said("Hi.").messages, answer, *said("And now?").messages)
    await anthropic.told(Script(), Request("", again))
    content = anthropic.server.requests[-1].body["messages"][1]["content"]
    kinds = ["server_tool_use", "web_search_tool_result", "text"]
    assert [block["type"] for block in content] == kinds
    assert content[0]["input"] == {"query": "green tea"}
    assert content[1]["content"][0]["encrypted_content"] == "c2VhbGVkLXBhZ2U="
    assert content[2]["citations"][0]["url"] == URL


async def test_another_model_reads_the_words_alone(vendor: Vendor) -> None:
    other = Replay("another-model", {"type": "server_tool_use", "secret": "seal"})
    call = ToolCall("s", "web_search", {"query": "green tea"}, other)
    found = ToolResult("s", "web_search", "1. Evil", untrusted=True)
    answer = Message("assistant", (VendorSearch(call, found), Text("So:", other)))
    again = (*said("Hi.").messages, answer, *said("And now?").messages)
    await vendor.told(Script(), Request("", again))
    assert "So:" in body_of(vendor)
    assert not any(word in body_of(vendor) for word in ("secret", "green tea", "Evil"))


@pytest.mark.parametrize("vendor", ["anthropic", "openai"], indirect=True)  # Gemini says nothing
async def test_a_search_that_fails_is_said_and_costs_nothing(vendor: Vendor) -> None:
    script = Script((replace(SEARCH, error="too_many_requests"), ANSWER))
    events = await vendor.told(script, MAY_SEARCH)
    over = searches(events)[-1]
    assert over.result is not None
    assert (over.result.is_error, over.result.untrusted, over.result.sources) == (True, False, ())
    assert "did not work" in over.result.content
    assert done(events).usage.searches == 0


async def test_an_answer_that_breaks_off_after_a_search_still_costs_it(vendor: Vendor) -> None:
    # After the search and the first word; Gemini sends a piece for each block.
    script = Script((SEARCH, ANSWER), fault="cut", after=3)
    vendor.server.then(vendor.name, script)
    with pytest.raises(ProviderUnavailable) as caught:
        [event async for event in vendor.provider().stream(MAY_SEARCH)]
    assert caught.value.usage is not None
    assert caught.value.usage.searches == 1


async def test_an_answer_that_grew_too_long_keeps_what_it_has_searched_for(vendor: Vendor) -> None:
    events = await vendor.told(replace(SEARCHED, stop="length"), MAY_SEARCH)
    search, words = done(events).message.parts
    assert isinstance(search, VendorSearch)
    assert search.replay is None
    assert search.call.arguments["query"] == "green tea"
    assert words == Text("Tea is a drink.")


async def test_a_page_that_openai_opens_is_told_as_a_page(openai: Vendor) -> None:
    script = Script((replace(SEARCH, opens="https://tea.example/deep"), ANSWER))
    events = await openai.told(script, MAY_SEARCH)
    over = searches(events)[-1]
    asked = {"url": "https://tea.example/deep", "engine": "OpenAI"}
    assert (over.call.name, dict(over.call.arguments)) == ("web_fetch", asked)
    assert over.result is not None
    assert over.result.sources == (Source("https://tea.example/deep", "https://tea.example/deep"),)
    assert done(events).usage.searches == 0


async def test_gemini_thinks_on_after_a_search_without_losing_its_answer(google: Vendor) -> None:
    script = Script((SEARCH, Think(("Hm.",)), ANSWER))
    answer = done(await google.told(script, MAY_SEARCH)).message
    again = (*said("Hi.").messages, answer, *said("And now?").messages)
    await google.told(Script(), Request("", again))
    assert '"toolResponse"' in body_of(google)
    assert "Hm." in body_of(google)
