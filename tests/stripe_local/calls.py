"""What a call of the API is, and the two kinds of call that all objects have."""

import operator
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tests.stripe_local.form import Fields
from tests.stripe_local.problems import lacking
from tests.stripe_local.world import World

COMPARED = {"eq": operator.eq, "gt": operator.gt, "gte": operator.ge, "lt": operator.lt,
            "lte": operator.le}  # fmt: skip
Does = Callable[..., Fields]  # (world, params, *ids in the path)


@dataclass(frozen=True, slots=True)
class Call:
    """route: its method and path. takes: the SDK's type of its parameters. does: the work."""

    route: str
    takes: Any
    does: Does


def retrieve(kind: str) -> Does:
    """One object by its id."""

    def found(world: World, params: Fields, name: str) -> Fields:
        return world.objects.get(kind, name)

    return found


def list_of(kind: str, url: str, *filters: str) -> Does:
    """A page of the objects, those whose fields are as the parameters of the same names say."""

    def found(world: World, params: Fields) -> Fields:
        equal = {name: params[name] for name in filters if name in params}
        created = params.get("created")
        matching = [
            each
            for each in world.objects.all(kind, **equal)
            if not each.get("deleted") and (created is None or within(each["created"], created))
        ]
        return world.objects.page(matching, params, url)

    return found


def within(moment: int, bounds: Any) -> bool:
    """Whether a moment is the one, or between those, that a filter names."""
    each = bounds if isinstance(bounds, dict) else {"eq": bounds}
    return all(COMPARED[name](moment, bound) for name, bound in each.items())


def only(params: Fields, *names: str) -> None:
    """Refuse, by name, what this Stripe would have to pass over in silence. Raises Problem."""
    for name in params:
        if name not in (*names, "expand", "metadata"):
            raise lacking(f"the parameter {name}")


def with_metadata(fields: Fields, given: Any) -> None:
    """Set what is given, and take away what is given as empty; None takes all away."""
    if given is None:
        fields["metadata"] = {}
        return
    merged = {**(fields.get("metadata") or {}), **given}
    fields["metadata"] = {name: value for name, value in merged.items() if value != ""}


def with_fields(fields: Fields, params: Fields, *names: str) -> None:
    """Take over parameters that are fields of the same names."""
    fields.update({name: params[name] for name in names if name in params})
    if "metadata" in params:
        with_metadata(fields, params["metadata"])
