"""What vendors tell of their own searches."""

from assistant.agent.acts import Source
from assistant.agent.providers.searched import (
    LONGEST_TITLE,
    MOST_PAGES,
    NOTHING,
    failed,
    found,
    page_call,
    search_call,
)

CALL = search_call("s", "openai", ["green tea", "black tea"])


def test_a_search_is_a_call_that_names_all_queries_and_to_whom_they_went() -> None:
    asked = {"query": "green tea", "more_queries": ["black tea"], "engine": "OpenAI"}
    assert (CALL.id, CALL.name, CALL.arguments) == ("s", "web_search", asked)
    assert search_call("s", "google").arguments == {"engine": "Google"}


def test_a_page_is_a_call_that_names_its_address() -> None:
    call = page_call("s", "openai", "https://tea.example")
    assert (call.name, call.arguments) == (
        "web_fetch", {"url": "https://tea.example", "engine": "OpenAI"},
    )  # fmt: skip


def test_pages_are_listed_each_once_and_only_those_that_can_be_opened() -> None:
    pages = [
        ("Tea\n  for  all", "https://tea.example"),
        ("Again", "https://tea.example"),
        ("", "https://leaf.example"),
        ("No page", "javascript:alert(1)"),
        ("Two hosts", "https://bank.example@evil.example"),
    ]
    search = found(CALL, pages, 1.5)
    assert search.seconds == 1.5
    assert search.result is not None
    assert search.result.untrusted
    assert search.result.sources == (
        Source("Tea for all", "https://tea.example"),
        Source("https://leaf.example", "https://leaf.example"),
    )
    assert search.result.content == (
        "1. Tea for all\n   https://tea.example\n2. https://leaf.example\n   https://leaf.example"
    )


def test_a_flood_of_pages_is_bounded() -> None:
    flood = (("t" * 9_000, f"https://tea.example/{n}") for n in range(9_000))
    search = found(CALL, flood, 0)
    assert search.result is not None
    assert len(search.result.sources) == MOST_PAGES
    assert {len(source.title) for source in search.result.sources} == {LONGEST_TITLE}


def test_a_search_of_which_no_page_is_told_says_so_and_counts_as_read() -> None:
    search = found(CALL, (), 0)
    assert search.result is not None
    assert (search.result.content, search.result.untrusted) == (NOTHING, True)


def test_a_search_that_failed_says_why_in_short() -> None:
    search = failed(CALL, "query_too_long" + "x" * 9_000, 0)
    assert search.result is not None
    assert search.result.is_error
    assert "query too long" in search.result.content
    assert len(search.result.content) < 200
