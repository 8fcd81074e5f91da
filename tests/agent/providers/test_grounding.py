"""Gemini's own searches in one answer."""

from google.genai.types import GroundingChunk, GroundingChunkWeb, GroundingMetadata
from google.genai.types import ToolCall as GoogleCall

from assistant.agent.providers.grounding import Grounding
from assistant.agent.types import Part, Replay, Text

BLOCK = Replay("gemini", {"tool_call": {"id": "a"}})


def told(*queries: str, pages: tuple[str, ...] = ()) -> GroundingMetadata:
    chunks = [GroundingChunk(web=GroundingChunkWeb(title=page, uri=page)) for page in pages]
    return GroundingMetadata(web_search_queries=list(queries), grounding_chunks=chunks)


def test_each_search_is_told_and_the_pages_of_all_stand_at_the_last() -> None:
    parts: list[Part] = []
    grounding = Grounding("google", parts)
    grounding.begin(GoogleCall(id="a", args={"queries": ["tea", "leaf"]}), BLOCK)
    grounding.answered()
    parts.append(Text("And:"))
    grounding.begin(GoogleCall(id="b", args={"query": "cup"}), BLOCK)
    grounding.note(told("tea", "leaf", "cup", pages=("https://tea.example",)))
    first, last = grounding.end()
    assert [first.call.arguments["query"], first.call.arguments["more_queries"]] == [
        "tea",
        ["leaf"],
    ]
    assert first.result is not None
    assert last.result is not None
    assert (first.result.sources, first.result.untrusted) == ((), True)
    assert [source.url for source in last.result.sources] == ["https://tea.example"]
    assert parts == [first, Text("And:"), last]
    assert first.replay == BLOCK
    assert grounding.count == 3


def test_pages_that_were_told_once_stay_when_a_later_piece_tells_of_none() -> None:
    grounding = Grounding("google", [])
    grounding.note(told("tea", pages=("https://tea.example",)))
    grounding.note(GroundingMetadata())
    *_, over = grounding.end()
    assert over.result is not None
    assert [source.url for source in over.result.sources] == ["https://tea.example"]


def test_a_search_that_is_told_at_the_end_alone_is_told_all_the_same() -> None:
    parts: list[Part] = []
    grounding = Grounding("google", parts)
    grounding.note(told("tea"))
    begun, over = grounding.end()
    assert begun.result is None
    assert (over.call.arguments["query"], over.replay, grounding.count) == ("tea", None, 1)
    assert parts == [over]


def test_an_answer_without_a_search_tells_of_none() -> None:
    grounding = Grounding("google", [])
    grounding.note(GroundingMetadata())
    assert not list(grounding.end())
    assert grounding.count == 0


def test_an_id_that_is_missing_is_made_up() -> None:
    grounding = Grounding("google", [])
    calls = [grounding.begin(GoogleCall(args={}), BLOCK).call for _ in range(2)]
    assert len({call.id for call in calls}) == 2
    assert all(call.arguments == {"engine": "Google"} for call in calls)
