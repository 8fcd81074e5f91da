"""Elements by React itself."""

from pathlib import Path

import pytest

from assistant.building.plain_elements import ELEMENTS, PlainElements, without_emotion


def test_who_asks_for_emotion_gets_reacts_own_function() -> None:
    settings = without_emotion('resolve: { alias: [{ find: "$", replacement: "x" }] }')
    assert 'alias: [{ find: "@emotion/react", replacement:' in settings
    assert f"./{ELEMENTS}" in settings
    assert settings.endswith('{ find: "$", replacement: "x" }] }')


def test_settings_without_aliases_are_refused() -> None:
    with pytest.raises(RuntimeError, match="no aliases"):
        without_emotion("resolve: {}")


@pytest.mark.parametrize("folder", ["app/routes", "app_components"])
def test_a_page_with_styles_that_would_not_be_shown_is_refused(built: Path, folder: str) -> None:
    page = built.parents[1] / folder / "usage.jsx"
    page.parent.mkdir(parents=True)
    page.write_text('jsx("div", {className: "card"})')
    PlainElements().post_build(static_dir=built)
    page.write_text('jsx("div", {css: ({"color": "red"})})')
    with pytest.raises(RuntimeError, match=r"usage\.jsx"):
        PlainElements().post_build(static_dir=built)
