"""The models as data: who makes them, how much they read and write, and what comes after them.

Ids as the vendors' SDKs list them. Sizes and ends: platform.claude.com/docs/en/about-claude/models,
developers.openai.com/api/docs/models and /deprecations, ai.google.dev/gemini-api/docs/models.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Literal

Status = Literal["current", "retiring", "retired"]


@dataclass(frozen=True, slots=True)
class Model:
    """One model. successor: the id that answers in its place, "" for a current one.

    ends: the day from which it does not answer any more. small: the cheapest of its vendor.
    thinks: whether it can reason before it answers. sees: whether it takes pictures.
    searches: its vendor can search the web for it. large: costs twice as much as its vendor's
    usual one, or more.
    """

    id: str
    provider: str
    label: str
    context_tokens: int
    max_output_tokens: int
    status: Status = "current"
    successor: str = ""
    ends: date | None = None
    small: bool = False
    thinks: bool = True
    sees: bool = True
    searches: bool = True
    large: bool = False


@dataclass(frozen=True, slots=True)
class Vendor:
    """Who makes models. label: the maker; line: its models' name; default: the one that is asked.

    key, url: the settings that hold its key and another address than its own.
    """

    label: str
    line: str
    default: str
    key: str
    url: str


SCRIPTED = Model(
    "scripted",
    "scripted",
    "Demo model",
    200_000,
    8_192,
    small=True,
    thinks=False,
    sees=False,
    searches=False,
)

_ROWS = (
    Model("claude-sonnet-5-5", "anthropic", "Claude Sonnet 5.5", 1_000_000, 128_000),
    Model("claude-opus-5-5", "anthropic", "Claude Opus 5.5", 1_000_000, 128_000, large=True),
    Model("claude-haiku-5-5", "anthropic", "Claude Haiku 5.5", 1_000_000, 64_000, small=True),
    Model(
        "claude-sonnet-4-5", "anthropic", "Claude Sonnet 4.5", 200_000, 64_000,
        "retiring", "claude-sonnet-5-5", date(2026, 11, 30),
    ),
    Model("gpt-6.2-sol", "openai", "GPT-6.2 Sol", 1_050_000, 128_000),
    Model("gpt-6-astra", "openai", "GPT-6 Astra", 1_050_000, 128_000, large=True),
    Model("gpt-6-luna", "openai", "GPT-6 Luna", 1_050_000, 128_000, small=True),
    Model(
        "gpt-4o", "openai", "GPT-4o", 128_000, 16_384,
        "retiring", "gpt-6.2-sol", date(2027, 1, 14), thinks=False,
    ),
    Model("gemini-4-argon", "google", "Gemini 4 Argon", 1_048_576, 65_536),
    Model("gemini-3.8-flash", "google", "Gemini 3.8 Flash", 1_000_000, 65_536),
    Model(
        "gemini-3.5-flash-lite", "google", "Gemini 3.5 Flash-Lite", 1_000_000, 65_536, small=True,
    ),
    Model(
        "gemini-2.0-pro", "google", "Gemini 2.0 Pro", 2_097_152, 8_192,
        "retired", "gemini-4-argon", thinks=False, searches=False,
    ),
    SCRIPTED,
)  # fmt: skip

MODELS: dict[str, Model] = {row.id: row for row in _ROWS}

# In the order in which they are asked: who answers first, and who stands behind.
VENDORS: dict[str, Vendor] = {
    "anthropic": Vendor(
        "Anthropic", "Claude", "claude-sonnet-5-5", "anthropic_api_key", "anthropic_base_url"
    ),
    "openai": Vendor("OpenAI", "GPT", "gpt-6.2-sol", "openai_api_key", "openai_base_url"),
    "google": Vendor(
        "Google", "Gemini", "gemini-4-argon", "gemini_api_key", "google_gemini_base_url"
    ),
}
DEFAULTS: dict[str, str] = {name: vendor.default for name, vendor in VENDORS.items()}
DEFAULTS[SCRIPTED.provider] = SCRIPTED.id
SMALL: dict[str, str] = {row.provider: row.id for row in _ROWS if row.small}


def resolve(model_id: str, today: date | None = None) -> Model:
    """The model that answers for an id on a day (default: today, UTC).

    A retired one's successor, itself otherwise; the first default for an id that we do not know.
    """
    day = today or datetime.now(UTC).date()
    model = MODELS.get(model_id, MODELS[DEFAULTS["anthropic"]])
    while _is_gone(model, day):
        model = MODELS[model.successor]
    return model


def thinks(model_id: str) -> bool:
    """Whether a model can reason before it answers; one that we do not know may."""
    return model_id not in MODELS or MODELS[model_id].thinks


def sees(model_id: str) -> bool:
    """Whether a model takes pictures; to one that we do not know none are sent."""
    return model_id in MODELS and MODELS[model_id].sees


def _is_gone(model: Model, day: date) -> bool:
    return model.status == "retired" or (model.ends is not None and day >= model.ends)
