"""How the tools reach the internet."""

import pytest

from assistant.config import settings
from assistant.connectors.brave import Brave
from assistant.connectors.searxng import Searxng
from assistant.connectors.tavily import Tavily
from assistant.services.internet_access import has_engine, internet, reach, vendor_may_search


@pytest.fixture
def chosen(monkeypatch):
    def choose(**values: str) -> None:
        for name, value in values.items():
            monkeypatch.setenv(name, value)
        settings.cache_clear()

    yield choose
    monkeypatch.undo()
    settings.cache_clear()


def test_nothing_inside_is_reached_unless_the_operator_names_it(chosen):
    assert reach().private == frozenset()
    chosen(PRIVATE_HOSTS=" nas.local,Cloud.Example ,, ")
    assert reach().private == {"nas.local", "cloud.example"}


def test_the_first_engine_that_is_set_up_searches(chosen):
    assert internet().engine is None
    chosen(SEARXNG_URL="http://search.local")
    assert internet().engine == Searxng("http://search.local")
    chosen(TAVILY_API_KEY="t")
    assert internet().engine == Tavily("t")
    chosen(BRAVE_API_KEY="b")
    assert internet().engine == Brave("b")


def test_a_vendor_searches_where_no_engine_does_and_the_operator_agrees(chosen):
    assert not has_engine()
    assert vendor_may_search("claude-sonnet-5-5")
    assert not vendor_may_search("scripted")
    chosen(VENDOR_SEARCH="off")
    assert not vendor_may_search("claude-sonnet-5-5")
    chosen(VENDOR_SEARCH="on", SEARXNG_URL="http://search.local")
    assert has_engine()
    assert not vendor_may_search("claude-sonnet-5-5")
