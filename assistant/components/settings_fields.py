"""What changes a setting, and what is said beside it when that is done."""

from typing import Any

import reflex as rx

from assistant.components.scripts import script
from assistant.state.settings import SettingsState


class TextSetting(rx.Component):
    """Wraps text_setting.jsx. most: characters that fit. on_save: gets the text."""

    library = script("text_setting.jsx")
    tag = "TextSetting"

    value: rx.Var[str]
    answer: rx.Var[int]
    most: rx.Var[int]
    lines: rx.Var[int]
    disabled: rx.Var[bool]
    placeholder: rx.Var[str]
    on_save: rx.EventHandler[rx.event.passthrough_event_spec(str)]


class ChoiceSetting(rx.Component):
    """Wraps choice_setting.jsx. options: each {value, label, off}. on_choose: gets the value."""

    library = script("choice_setting.jsx")
    tag = "ChoiceSetting"

    value: rx.Var[str]
    answer: rx.Var[int]
    options: rx.Var[list[dict[str, str]]]
    disabled: rx.Var[bool]
    on_choose: rx.EventHandler[rx.event.passthrough_event_spec(str)]


def text_setting(setting: str, **given: Any) -> rx.Component:  # noqa: ANN401
    """A field for words; it can be used once it is known what is stored."""
    return TextSetting.create(id=setting, **_common(), **given)


def choice_setting(setting: str, **given: Any) -> rx.Component:  # noqa: ANN401
    """A list to choose from; it can be used once it is known what is stored."""
    return ChoiceSetting.create(id=setting, **_common(), **given)


def _common() -> dict[str, Any]:
    return {"answer": SettingsState.outcome.number, "disabled": ~SettingsState.ready}


def outcome(setting: str) -> rx.Component:
    """How the last change of this setting ended; screen readers say it."""
    last = SettingsState.outcome
    words = rx.el.span(last.text, key=last.number.to_string())
    return rx.el.span(
        rx.cond(last.setting == setting, words),
        role="status",
        data_testid=f"outcome-{setting}",
        class_name=rx.cond(last.failed, "outcome failed", "outcome"),
    )
