"""What a Stripe account holds: objects by kind and id, lists of them, and how they are shown."""

import copy
import secrets
from collections import defaultdict
from typing import Any

from tests.stripe_local.form import Fields
from tests.stripe_local.problems import invalid, missing
from tests.stripe_local.shapes import CLASSES

OWNED = ("subscription", "invoice", "invoiceitem")  # found by their customer at once
Wanted = dict[str, Any]  # the fields to expand, as a tree


class Objects:
    """The objects. Fields whose names begin with _ are ours alone, and never shown."""

    def __init__(self) -> None:
        self.kinds: dict[str, dict[str, Fields]] = defaultdict(dict)
        self._owned: dict[tuple[str, str], list[Fields]] = defaultdict(list)

    def name(self, kind: str) -> str:
        """A new id."""
        return f"{CLASSES[kind][0]}_{secrets.token_hex(12)}"

    def add(self, fields: Fields) -> Fields:
        """Keep one more."""
        self.kinds[fields["object"]][fields["id"]] = fields
        if fields["object"] in OWNED:
            self._owned[fields["object"], fields["customer"]].append(fields)
        return fields

    def remove(self, customers: set[str]) -> None:
        """Forget these customers, and all that is theirs."""
        for kind in self.kinds.keys() - {"event"}:
            kept = self.kinds[kind]
            for name in [n for n, each in kept.items() if customers & {n, each.get("customer")}]:
                del kept[name]
        for key in [key for key in self._owned if key[1] in customers]:
            del self._owned[key]

    def part(self, customer: str | None) -> "Objects":
        """A copy of what concerns one customer, and of all that concerns nobody alone."""
        own = Objects()
        own.kinds.update(
            copy.deepcopy(
                {
                    kind: {n: each for n, each in kept.items() if _concerns(each, customer)}
                    for kind, kept in self.kinds.items()
                    if kind != "event"
                }
            )
        )
        for kind in OWNED:
            for each in own.kinds[kind].values():
                own._owned[kind, each["customer"]].append(each)
        return own

    def get(self, kind: str, name: str, param: str = "id", status: int = 404) -> Fields:
        """The one of this id. Raises Problem."""
        found = self.kinds[kind].get(name)
        if found is None or (found.get("deleted") and status == 400):
            raise missing(kind, name, param, status)
        return found

    def all(self, kind: str, **equal: Any) -> list[Fields]:
        """Those that have these values, the oldest first."""
        owner = equal.get("customer")
        owned = self._owned[kind, owner] if owner and kind in OWNED else self.kinds[kind].values()
        return [
            each for each in owned if all(each.get(name) == value for name, value in equal.items())
        ]

    def any(self, name: str) -> Fields | None:
        """What has this id, whatever it is."""
        found = (kept[name] for kept in self.kinds.values() if name in kept)
        return next(found, None)

    def page(self, found: list[Fields], params: Fields, url: str) -> Fields:
        """The newest first, as many as were asked for, from where the last page ended."""
        newest = list(reversed(found))
        limit = params.get("limit", 10)
        if not 1 <= limit <= 100:
            raise invalid("Limit must be between 1 and 100", "limit")
        names = [each["id"] for each in newest]
        first, last = 0, len(newest)
        if after := params.get("starting_after"):
            first = _place(names, after, "starting_after") + 1
        if before := params.get("ending_before"):
            last = _place(names, before, "ending_before")
            first = max(0, last - limit)
        more = first > 0 if params.get("ending_before") else last - first > limit
        data = newest[first : min(last, first + limit)]
        return {"object": "list", "data": data, "has_more": more, "url": url}

    def shown(self, source: Any, wanted: Wanted | None = None) -> Any:
        """A copy as others may see it, with what they want expanded. Raises Problem."""
        if isinstance(source, list):
            return [self.shown(each, wanted) for each in source]
        if isinstance(source, str) and wanted is not None and (found := self.any(source)):
            return self.shown(found, wanted)
        if not isinstance(source, dict):
            return source
        wanted = wanted or {}
        out = {
            name: self.shown(value, wanted.get(name))
            for name, value in source.items()
            if not name.startswith("_")
        }
        for name in wanted.keys() - out.keys():
            if f"_{name}" not in source:
                raise invalid(f"This property cannot be expanded ({name}).", "expand")
            out[name] = self.shown(source[f"_{name}"], wanted[name])
        return out


def _concerns(each: Fields, customer: str | None) -> bool:
    if each["object"] == "customer":
        return bool(each["id"] == customer)
    return each.get("customer") in (None, customer)


def wanted(paths: list[str]) -> Wanted:
    """The tree of `expand`."""
    tree: Wanted = {}
    for path in paths:
        branch = tree
        for part in path.split("."):
            branch = branch.setdefault(part, {})
    return tree


def _place(names: list[str], name: str, param: str) -> int:
    if name not in names:
        raise invalid(f"No such object: '{name}'", param, "resource_missing")
    return names.index(name)
