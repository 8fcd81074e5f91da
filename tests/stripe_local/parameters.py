"""Parameters as the SDK's own types describe them: typed here once, refused where Stripe would."""

import types
import typing
from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal, InvalidOperation
from functools import cache
from typing import Any, Literal

from stripe import StripeContext
from stripe._stripe_object import UntypedStripeObject

from tests.stripe_local.form import Fields
from tests.stripe_local.problems import invalid

SCALARS = (int, bool, float, Decimal, str)
OPTIONS = ("api_key", "stripe_version", "stripe_account", "stripe_context", "idempotency_key",
           "max_network_retries", "content_type", "headers")  # fmt: skip


@cache
def hints(kind: type) -> dict[str, Any]:
    """The parameters of a call and their types, without those that are no parameters."""
    found = typing.get_type_hints(
        kind, localns={"StripeContext": StripeContext, "Mapping": Mapping}
    )
    return {name: hint for name, hint in found.items() if name not in OPTIONS}


def typed(raw: Fields, kind: type, within: str = "") -> Fields:
    """The values in their types; "" is None where it means "unset". Raises Problem (400)."""
    known = hints(kind)
    if absent := sorted(kind.__required_keys__ - raw.keys()):  # type: ignore[attr-defined]
        name = f"{within}[{absent[0]}]" if within else absent[0]
        raise invalid(f"Missing required param: {name}.", name, "parameter_missing")
    return {
        name: _value(value, known.get(name), f"{within}[{name}]" if within else name)
        for name, value in raw.items()
    }


def _value(raw: Any, hint: Any, name: str) -> Any:
    if hint is None:
        raise invalid(f"Received unknown parameter: {name}", name, "parameter_unknown")
    for member in _choices(hint):
        try:
            return _as(raw, member, name)
        except (TypeError, ValueError, InvalidOperation):
            continue
    raise invalid(f"Invalid value for {name}: {raw!r}", name)


def _choices(hint: Any) -> list[Any]:
    """The types that it may have; the SDK lets an enumeration be any text, Stripe does not."""
    members = _members(hint)
    enumerated = any(
        typing.get_origin(each) is Literal and any(typing.get_args(each)) for each in members
    )
    return [each for each in members if not (enumerated and each is str)]


def _members(hint: Any) -> tuple[Any, ...]:
    if typing.get_origin(hint) not in (typing.Union, types.UnionType):
        return (hint,)
    return tuple(each for member in typing.get_args(hint) for each in _members(member))


def _as(raw: Any, hint: Any, name: str) -> Any:
    """The value as this one type. Raises ValueError or TypeError where it is another."""
    origin = typing.get_origin(hint)
    if origin is Literal:
        return _literal(raw, typing.get_args(hint))
    if origin is list:
        return _listed(raw, typing.get_args(hint)[0], name)
    if isinstance(raw, dict):
        return _mapped(raw, hint, name)
    return _scalar(raw, hint)


def _literal(raw: Any, allowed: tuple[str, ...]) -> str | None:
    if raw not in allowed:
        raise ValueError(raw)
    return raw or None


def _listed(raw: Any, hint: Any, name: str) -> list[Any]:
    if raw == "":
        return []
    if not isinstance(raw, list):
        raise TypeError(raw)
    return [_value(each, hint, f"{name}[{at}]") for at, each in enumerate(raw)]


def _mapped(raw: Fields, hint: Any, name: str) -> Fields:
    if hasattr(hint, "__required_keys__"):
        return typed(raw, hint, name)
    if dict in (hint, typing.get_origin(hint)) or typing.get_origin(hint) is UntypedStripeObject:
        return _metadata(raw, name)
    raise TypeError(raw)


def _metadata(raw: Fields, name: str) -> Fields:
    if len(raw) > 50:
        raise invalid("Metadata can have up to 50 keys.", name)
    for key, value in raw.items():
        if len(key) > 40 or len(value) > 500:
            words = "Metadata keys can have up to 40 characters, and values up to 500"
            raise invalid(f"{words}: {key[:40]}", f"{name}[{key}]")
    return raw


def _scalar(raw: Any, hint: Any) -> Any:
    if not isinstance(raw, str) or hint not in SCALARS or hint is datetime:
        raise TypeError(raw)
    if hint is bool:
        return {"true": True, "false": False}[_literal(raw, ("true", "false")) or ""]
    return hint(raw)
