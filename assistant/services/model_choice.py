"""Which model answers: what the user chose, what stands behind it, and what the picker offers."""

from dataclasses import dataclass
from functools import lru_cache

import structlog
from pydantic import SecretStr

from assistant.agent.breaker import Breaker
from assistant.agent.catalog import DEFAULTS, MODELS, SCRIPTED, SMALL, VENDORS, Model, resolve
from assistant.agent.deadlines import Limits
from assistant.agent.fallback import Fallback
from assistant.agent.prices import require_price
from assistant.agent.providers import connect, load
from assistant.agent.providers.scripted import Scripted
from assistant.agent.types import Provider
from assistant.config import settings
from assistant.errors import NotFound, ProviderUnavailable, Refused
from assistant.services.tiers import Tier, allows, lacking, plan_with

PURPOSES = ("answer", "title")
HISTORY_SHARE = 0.6  # of the window; the rest is for the system prompt, tools and the answer

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Choice:
    """The model of one turn. notice: what the page says when it is not the one that was asked.

    chosen: the user's, where the small one of its maker answers; see `short_questions.py`.
    """

    provider: str
    model: str
    label: str
    notice: str
    history_tokens: int
    max_output_tokens: int
    chosen: str = ""


def reachable() -> tuple[str, ...]:
    """The vendors that have a key, in the order in which they are asked."""
    return tuple(vendor for vendor in VENDORS if _key(vendor))


def load_first() -> None:
    """Import what the vendor that is asked first needs; the others' SDKs come with a need."""
    for vendor in reachable()[:1]:
        load(vendor)


def offered() -> list[Model]:
    """The models that the picker shows: those that still answer, of the vendors with a key."""
    vendors = reachable()
    alive = [m for m in MODELS.values() if m.provider in vendors and resolve(m.id) is m]
    return alive or [SCRIPTED]


@dataclass(frozen=True, slots=True)
class Offer:
    """A model in a picker. plan: what the plan is called that has it, "" where the user's does."""

    id: str
    label: str
    plan: str


def offers(tier: Tier) -> list[Offer]:
    """What a picker shows to somebody with this plan."""
    return [
        Offer(each.id, each.label, "" if allows(tier, each) else plan_with(each).label)
        for each in offered()
    ]


def require_allowed(tier: Tier, asked: str) -> None:
    """Raises Refused where the plan lacks the model that answers for this id."""
    model = resolve(asked)
    if why := lacking(tier, model, model.label):
        raise Refused(f"{why} Nothing was done; choose another model, or change your plan.")


def require_offered(tier: Tier, asked: str) -> None:
    """Raises NotFound for a model that no picker shows, and Refused where the plan lacks it."""
    if asked not in [each.id for each in offers(tier)]:
        raise NotFound("model")
    require_allowed(tier, asked)


def choose(asked: str, tier: Tier) -> Choice:
    """The model for a turn of somebody with this plan.

    asked: a model id from a picker, a setting or an old conversation, "" for the usual one.
    """
    wanted = asked or _usual(tier)
    model = resolve(wanted)
    if model.provider not in reachable() or not allows(tier, model):
        model = MODELS[default_model()]
    return Choice(
        provider=model.provider,
        model=model.id,
        label=model.label,
        notice=_notice(wanted, model, tier),
        history_tokens=min(settings().history_tokens, int(model.context_tokens * HISTORY_SHARE)),
        max_output_tokens=min(model.max_output_tokens, 32_000),
    )


def _usual(tier: Tier) -> str:
    """The model for who has not chosen: the operator's, or the default where the plan lacks it."""
    named = settings().default_model
    return named if named and allows(tier, resolve(named)) else default_model()


def default_model() -> str:
    """The current model of the first vendor with a key; every plan has it."""
    vendors = reachable()
    return DEFAULTS[vendors[0]] if vendors else SCRIPTED.id


def name_of(model: str) -> str:
    """What people read for a model's id."""
    return MODELS[model].label if model in MODELS else model


def failures_of(model: str) -> tuple[int, bool]:
    """How often a model has failed in a row, and whether it is left alone now.

    As this process knows it: each one learns by its own requests.
    """
    who = MODELS[model].provider, model
    known = [_breaker(purpose) for purpose in PURPOSES]
    return max(each.failures(who) for each in known), any(each.is_open(who) for each in known)


def _notice(wanted: str, model: Model, tier: Tier) -> str:
    known = MODELS.get(wanted)
    if known is None:
        return f"The model that was chosen is not known here. {model.label} answers instead."
    if known.id == model.id:
        return ""
    if known.status == "retired" or known.successor == model.id:
        return f"{known.label} has been retired by its maker. {model.label} answers instead."
    why = lacking(tier, resolve(wanted), known.label)
    return f"{why or f'{known.label} cannot be reached here.'} {model.label} answers instead."


def provider_for(choice: Choice) -> Provider:
    """The model of the turn, behind it the user's, then the current ones of other vendors."""
    first = MODELS[choice.model].provider
    others = [DEFAULTS[vendor] for vendor in reachable() if vendor != first]
    return _line("answer", *filter(None, (choice.model, choice.chosen)), *others)


def small_provider() -> Provider:
    """The cheapest models, for titles."""
    return _line("title", *(SMALL[vendor] for vendor in reachable()))


def _line(purpose: str, first: str = SCRIPTED.id, *others: str) -> Provider:
    """The models behind one face. Who stands behind without a price is left out.

    Raises ProviderUnavailable where the first has none.
    """
    given = settings()
    return Fallback(
        _provider(first),
        *filter(None, map(_if_priced, others)),
        breaker=_breaker(purpose),
        limits=Limits(given.first_token_seconds, given.thinking_seconds, given.idle_seconds),
    )


def may_be_asked(model: str) -> bool:
    """Whether what the model reads and writes has a price; without one nobody asks it."""
    return _if_priced(model) is not None


@lru_cache
def _breaker(_purpose: str) -> Breaker:
    """One for each purpose: what one turn learns of a model spares the next one the wait.

    What fails for titles says nothing of answers.
    """
    return Breaker()


def _if_priced(model: str) -> Provider | None:
    try:
        return _provider(model)
    except ProviderUnavailable:  # it is in the log
        return None


@lru_cache(maxsize=64)
def _provider(model: str) -> Provider:
    vendor = MODELS[model].provider
    if vendor == "scripted":
        return Scripted()
    try:
        require_price(vendor, model)
    except ProviderUnavailable:
        log.warning("model_without_a_price", vendor=vendor, model=model)
        raise
    return connect(vendor, model, _key(vendor), _base_url(vendor), settings().connect_seconds)


def _key(vendor: str) -> str:
    key: SecretStr = getattr(settings(), VENDORS[vendor].key)
    return key.get_secret_value()


def _base_url(vendor: str) -> str:
    return str(getattr(settings(), VENDORS[vendor].url))
