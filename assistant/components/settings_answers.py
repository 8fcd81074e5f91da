"""Settings of how answers come: their language, what they heed, and the model that gives them."""

import reflex as rx

from assistant.components.page_frame import row, section
from assistant.components.settings_fields import choice_setting, outcome, text_setting
from assistant.services.inputs import INSTRUCTIONS_CHARACTERS
from assistant.services.languages import LANGUAGES
from assistant.services.preferences import SMALL
from assistant.services.short_questions import CHARACTERS
from assistant.state.settings import SettingsState

LISTED = [
    {"value": "", "label": "The language I write in"},
    *(
        {
            "value": code,
            "label": one.own if one.own == one.name else f"{one.own} ({one.name})",
        }
        for code, one in LANGUAGES.items()
    ),
]
BY_WHOM = [
    {"value": "", "label": "Answered by the model I chose"},
    {"value": SMALL, "label": "Answered by the small model of its maker"},
]
EXAMPLE = "I am a nurse in Porto. Be brief. Use metric units, and tell me when you are not sure."


def answers_section() -> rx.Component:
    """Language, model, short questions, instructions."""
    return section(
        "Answers",
        "A change holds from your next message on.",
        *_choices(),
        _short(),
        _instructions(),
    )


def _choices() -> tuple[rx.Component, rx.Component]:
    language = choice_setting(
        "language",
        value=SettingsState.language,
        options=LISTED,
        on_choose=SettingsState.answer_in,
    )
    model = choice_setting(
        "model",
        value=SettingsState.model,
        options=SettingsState.models,
        on_choose=SettingsState.begin_with,
    )
    return (
        row(
            "Language",
            "In which answers are written, whatever language you write in.",
            language,
            field="language",
            said=outcome("language"),
        ),
        row(
            "Model",
            "Answers in new conversations. Each conversation can have another.",
            model,
            field="model",
            said=outcome("model"),
        ),
    )


def _short() -> rx.Component:
    choice = choice_setting(
        "short",
        value=SettingsState.short,
        options=BY_WHOM,
        on_choose=SettingsState.answer_short_by,
    )
    return row(
        "Short questions",
        f"Up to {CHARACTERS} characters, without files, early in a conversation. The small model "
        "is cheaper and knows less; its answers say so. A model that you pick in the chat answers "
        "the next message in any case.",
        choice,
        field="short",
        said=outcome("short"),
    )


def _instructions() -> rx.Component:
    field = text_setting(
        "instructions",
        value=SettingsState.instructions,
        most=INSTRUCTIONS_CHARACTERS,
        lines=7,
        placeholder=EXAMPLE,
        on_save=SettingsState.instruct,
    )
    return row(
        "Instructions",
        "What every answer should know of you, and how it should be. They are stored encrypted, "
        "go to the model with each message, and permit no tool anything.",
        field,
        field="instructions",
        said=outcome("instructions"),
    )
