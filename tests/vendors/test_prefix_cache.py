"""What a vendor's cache would hold of a request."""

from typing import Any

from tests.vendors.prefix_cache import LOOK_BACK, PrefixCache
from tests.vendors.script import Figures

LONG = "x" * 8_000  # 2,000 tokens
MARK = {"cache_control": {"type": "ephemeral"}}


def anthropic(cache: PrefixCache, *said: str, **more: Any) -> Figures:
    content = [{"type": "text", "text": text} for text in said]
    body = {"system": [], "messages": [{"role": "user", "content": content}], **more}
    return cache.read("anthropic", "m", body, Figures())


def openai(cache: PrefixCache, *said: str, key: str = "k") -> Figures:
    body = {"input": list(said), "instructions": "Be good.", "prompt_cache_key": key}
    return cache.read("openai", "m", body, Figures())


def test_without_a_mark_claude_keeps_nothing() -> None:
    cache = PrefixCache()
    first, again = anthropic(cache, LONG), anthropic(cache, LONG)
    assert first == again
    assert (again.cache_read, again.cache_write) == (0, 0)


def test_with_one_it_reads_what_it_has_written_and_writes_the_rest() -> None:
    cache = PrefixCache()
    first = anthropic(cache, LONG, **MARK)
    assert (first.input, first.cache_read) == (0, 0)
    second = anthropic(cache, LONG, "More?", **MARK)
    assert (second.input, second.cache_read) == (0, first.cache_write)
    assert 0 < second.cache_write < 50
    assert anthropic(cache, f"y{LONG}", "More?", **MARK).cache_read == 0


def test_claude_looks_back_only_so_far() -> None:
    cache = PrefixCache()
    anthropic(cache, LONG, **MARK)
    near = anthropic(cache, LONG, *["a"] * (LOOK_BACK - 1), **MARK)
    assert near.cache_read > 0
    assert anthropic(PrefixCache(set(cache.kept)), LONG, *["b"] * LOOK_BACK, **MARK).cache_read == 0


def test_a_mark_of_a_block_holds_for_all_before_it() -> None:
    cache = PrefixCache()
    system = [{"type": "text", "text": LONG, **MARK}]
    first = anthropic(cache, "Hi", system=system)
    assert first.cache_write > first.input > 0
    assert anthropic(cache, "Something else", system=system).cache_read == first.cache_write


def test_gpt_reads_all_that_begins_the_same_under_the_same_key() -> None:
    cache = PrefixCache()
    assert openai(cache, LONG, "Hi").cache_read == 0
    assert openai(cache, LONG, "Hello").cache_read > 1_900
    assert openai(cache, LONG, "Hello", key="other").cache_read == 0


def test_what_is_short_is_kept_by_none() -> None:
    cache = PrefixCache()
    for _ in range(2):
        assert anthropic(cache, "Hi", **MARK).cache_read == 0
        assert openai(cache, "Hi").cache_read == 0
