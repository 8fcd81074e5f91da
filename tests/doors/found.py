"""What there is to try: all events and routes of the app, and arguments made from their forms."""

import pkgutil
import re
from collections.abc import Iterator
from enum import Enum
from importlib import import_module
from inspect import getmembers, getsource, isclass, signature
from itertools import product
from types import ModuleType
from typing import Any, Literal, get_args, get_origin
from uuid import UUID, uuid4

from pydantic import BaseModel, ConfigDict, TypeAdapter, ValidationError, create_model
from pydantic.fields import FieldInfo
from reflex_base.registry import RegistrationContext
from starlette.routing import Mount, Route
from starlette.types import ASGIApp

import assistant.api
from assistant.app import app as reflex_app
from assistant.state.commands import FRAMEWORK, _commands
from tests.doors.wire import Asking

Ids = dict[str, UUID]  # by table
PLAIN = ("light", "UTC", "client-key-1", "123456", "", 0, 1, True, False, None, [], {}, 1.5)
INNER = ("_base_app", "app", "_app")  # where a layer keeps what it wraps
ASKED = re.compile(r'(?:\.get\(|\.pop\(|\[|in )\s*"([a-z_-]{1,20})"')
EVENTS = sorted(RegistrationContext.ensure_context().event_handlers)


def pages() -> list[str]:
    """The addresses of pages, as patterns: "/chat/{chat_id}"."""
    routes = reflex_app._unevaluated_pages
    return ["/" + route.replace("[", "{").replace("]", "}") for route in routes]


def routes(app: ASGIApp) -> list[Route | Mount]:
    """All routes of the app, through all its layers. A mount is one when nothing is known in it."""
    found = list(_walk(app))
    modules = [import_module(f"assistant.api.{each.name}") for each in _modules()]
    ours = [route for module in modules for route in getattr(module, "routes", [])]
    assert {route.path for route in ours} <= {route.path for route in found}
    return found


def _modules() -> Iterator[pkgutil.ModuleInfo]:
    return pkgutil.iter_modules(assistant.api.__path__)


def _walk(layer: Any) -> Iterator[Route | Mount]:
    if isinstance(layer, Route):
        yield layer
        return
    listed = getattr(layer, "routes", None) or []
    inner = [getattr(layer, name) for name in INNER if hasattr(layer, name)]
    found = [each for part in (listed or inner[:1]) for each in _walk(part)]
    if isinstance(layer, Mount) and not found:
        yield layer
    yield from found


def fields_asked_by(route: Route | Mount) -> list[str]:
    """The names by which a route's module reads queries, forms and bodies (and a few more)."""
    if isinstance(route, Mount):
        return []
    module = import_module(route.endpoint.__module__)
    return sorted({*ASKED.findall(getsource(module)), *_fields_of_models(module)})


def _fields_of_models(module: ModuleType) -> Iterator[str]:
    """What the module's own forms of a body hold."""
    for _, each in getmembers(module, isclass):
        if issubclass(each, BaseModel) and each.__module__ == module.__name__:
            yield from each.model_fields


def table_named(name: str, ids: Ids) -> list[str]:
    """The tables whose row an argument may name: the one that it is called after, or any."""
    one = name.removesuffix("s").removesuffix("_id")
    called = [each for each in ids if _singular(each).endswith(one)]
    return called or list(ids)


def _singular(table: str) -> str:
    return table[:-3] + "y" if table.endswith("ies") else table.removesuffix("s")


def calls(app: ASGIApp, ids: Ids) -> Iterator[tuple[Route | Mount, Asking]]:
    """Each method of each route, at each address that names these rows."""
    for route in routes(app):
        if isinstance(route, Mount):
            yield route, Asking("GET", f"{route.path}/{ids['conversations']}")
            continue
        names = list(route.param_convertors)
        choices = [[str(ids[table]) for table in table_named(name, ids)] for name in names]
        for method, chosen in product(sorted(route.methods - {"HEAD"}), product(*choices)):
            places = dict(zip(names, chosen, strict=True))
            yield route, Asking(method, route.path.format(**places))


def payloads(event: str, strange: Ids, own: Ids) -> Iterator[dict[str, Any]]:
    """Arguments that fit the event, in which ids are another user's.

    Raises LookupError for an argument that nothing known here fits.
    """
    handler = RegistrationContext.ensure_context().event_handlers[event].handler
    form = _commands.get(handler.fn) or FRAMEWORK.get(event)
    if form is None:
        names = [name for name in signature(handler.fn).parameters if name != "self"]
        yield from (dict.fromkeys(names, str(each)) for each in strange.values())
        return
    fields: dict[str, FieldInfo] = form._type.model_fields
    plain = {name: _fitting(name, each) for name, each in fields.items()}
    named = {name: each for name, each in fields.items() if _names_a_row(name, each)}
    if not named:
        yield plain
    for places in product(*(_choices(name, each, strange, own) for name, each in named.items())):
        chosen = dict(zip(named, places, strict=True))
        if any(is_strange for _, is_strange in chosen.values()):
            yield plain | {name: value for name, (value, _) in chosen.items()}
    for each in strange.values():
        yield {n: str(each) if _fits(f, str(each)) else plain[n] for n, f in fields.items()}


def _names_a_row(name: str, field: FieldInfo) -> bool:
    is_id = re.search(r"(^|_)ids?$", name) is not None
    return is_id and any(_fits(field, each) for each in _forms_of(uuid4()))


def _choices(name: str, field: FieldInfo, strange: Ids, own: Ids) -> list[tuple[Any, bool]]:
    tables = table_named(name, strange)
    values = [(strange[table], True) for table in tables]
    values += [(own[table], False) for table in tables if table in own]
    return [
        (next(form for form in _forms_of(each) if _fits(field, form)), is_strange)
        for each, is_strange in values
    ]


def _forms_of(row_id: UUID) -> tuple[Any, ...]:
    return str(row_id), [str(row_id)]


def _fitting(name: str, field: FieldInfo) -> Any:
    literals = _literals(field.annotation)
    for value in (*literals, *PLAIN, *_forms_of(uuid4())):
        if _fits(field, value):
            return value
    raise LookupError(f"Nothing in {__name__} fits the argument {name}: {field}. Teach it.")


def _literals(annotation: Any) -> list[Any]:
    if isinstance(annotation, type) and issubclass(annotation, Enum):
        return [each.value for each in annotation]
    if get_origin(annotation) is Literal:
        return list(get_args(annotation))
    return [each for part in get_args(annotation) for each in _literals(part)]


def _fits(field: FieldInfo, value: Any) -> bool:
    strict = ConfigDict(strict=True)
    form = TypeAdapter(create_model("one", __config__=strict, it=(field.annotation, field)))
    try:
        form.validate_python({"it": value})
    except ValidationError:
        return False
    return True
