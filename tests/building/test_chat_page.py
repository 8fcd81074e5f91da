"""The chat's one page, and the scripts that it fetches at once."""

import json
from pathlib import Path

import pytest

from assistant.building.chat_page import CONVERSATION, NEW_CHAT, AheadOfTheRouter, OnePage

ROUTES = {
    CONVERSATION: {"module": "/assets/chat-1.js", "imports": ["/assets/shared-2.js"]},
    NEW_CHAT: {"module": "/assets/new-3.js", "imports": []},
}
LINK = '<link rel="modulepreload" href="{}"/>'


@pytest.fixture
def pages(built: Path) -> Path:
    manifest = f"window.__reactRouterManifest={json.dumps({'routes': ROUTES})};\n"
    (built / "assets" / "manifest-4.js").write_text(manifest)
    (built / "assets" / "answer-5.js").write_text("")
    entry = LINK.format("/assets/entry-0.js")
    (built / "__spa-fallback.html").write_text(f"<head>{entry}</head>")
    (built / "index.html").write_text(f"<head>{LINK.format('/assets/new-3.js')}{entry}</head>")
    return built


def fetched(page: Path) -> list[str]:
    return [each.partition('"')[0] for each in page.read_text().split('href="')[1:]]


def test_the_shell_of_a_conversation_names_all_that_the_chat_needs_each_once(pages: Path) -> None:
    AheadOfTheRouter().post_build(static_dir=pages)
    assert sorted(fetched(pages / "__spa-fallback.html")) == [
        f"/assets/{name}.js" for name in ("answer-5", "chat-1", "entry-0", "new-3", "shared-2")
    ]


def test_a_new_chat_fetches_the_page_of_its_conversation_too(pages: Path) -> None:
    AheadOfTheRouter().post_build(static_dir=pages)
    assert sorted(fetched(pages / "index.html")) == [
        f"/assets/{name}.js" for name in ("chat-1", "entry-0", "new-3")
    ]


def test_a_page_that_fetches_nothing_ahead_is_not_as_we_know_it(pages: Path) -> None:
    (pages / "index.html").write_text("<head></head>")
    with pytest.raises(RuntimeError, match="fetches nothing"):
        AheadOfTheRouter().post_build(static_dir=pages)


def test_the_page_of_a_conversation_is_the_one_of_a_new_chat() -> None:
    changes = {}
    OnePage().pre_compile(add_modify_task=changes.__setitem__)
    (change,) = changes.values()
    assert list(changes) == [f"app/{CONVERSATION}.jsx"]
    assert change("what Reflex wrote") == 'export { default } from "./_index.jsx";\n'
