"""How the tools reach the internet."""

import pytest

from assistant.config import settings
from assistant.connectors.brave import Brave
from assistant.connectors.searxng import Searxng
from assistant.connectors.tavily import Tavily
from assistant.services.internet_access import internet, reach


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
