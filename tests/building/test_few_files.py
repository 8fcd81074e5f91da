"""The files that pages share."""

import re

import pytest

from assistant.building.few_files import FRAMEWORK, GROUP_BEFORE, grouped


def test_our_groups_stand_behind_reflexs_own() -> None:
    settings = grouped(f"groups: [{{ {GROUP_BEFORE} ],")
    own, framework, shared = (
        settings.index(f'"{n}"') for n in ("reflex-env", "framework", "shared")
    )
    assert own < framework < shared < settings.index(" ],")


def test_settings_that_are_not_reflexs_as_we_know_them_are_refused() -> None:
    with pytest.raises(RuntimeError, match="no file"):
        grouped("groups: []")


@pytest.mark.parametrize(
    "module",
    [
        "react/index.js",
        "react-dom/client.js",
        "engine.io-client/build/esm/index.js",
        "@socket.io/component-emitter/lib/esm/index.js",
    ],
)
def test_what_every_page_needs_is_one_group(module: str) -> None:
    assert re.match("|".join(FRAMEWORK), module)


@pytest.mark.parametrize("module", ["recharts/es6/index.js", "micromark/index.js", "react-is/x.js"])
def test_what_some_pages_need_is_not_in_it(module: str) -> None:
    assert not re.match("|".join(FRAMEWORK), module)
