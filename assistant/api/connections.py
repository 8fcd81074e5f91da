"""Connecting accounts: the forms hold passwords, which no state of the server may keep."""

from typing import Any
from uuid import UUID

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from assistant.api.answers import NO_STORE, answering, user_of, words_of
from assistant.services import connections, google_access, rate_limits
from assistant.services.connection_forms import PRESETS
from assistant.services.connections import Connected
from assistant.services.inputs import identifier

MOST_BYTES = 20_000
MOST_FIELDS = 12
TOO_LARGE = "This form is larger than anything that fits into it. Nothing was connected."


@answering
async def listed(request: Request) -> Response:
    """What is connected, and what can be.

    {"connections", "presets", "google", "lacking", "only_read", "said"}: presets fill forms in;
    google: whether it is offered; lacking: why some kinds are not in the plan; only_read: why the
    others only serve to look things up; said: what is still to be said of what was done.
    """
    return await _told((await user_of(request)).id)


async def _told(user_id: UUID, said: str = "") -> Response:
    told = {
        "connections": [_shown(each) for each in await connections.listed(user_id)],
        "presets": PRESETS,
        "google": google_access.is_offered(),
        "only_read": await connections.only_read(user_id),
        "lacking": await connections.lacking_for(user_id),
        "said": said,
    }
    return JSONResponse(told, headers=NO_STORE)


def _shown(each: Connected) -> dict[str, Any]:
    tools = [
        {"name": tool.offered.name, "about": tool.offered.description, "effect": tool.effect}
        for tool in each.tools
    ]
    return {
        "id": str(each.id),
        "kind": each.kind,
        "label": each.label,
        "failing": each.failing,
        "reason": each.reason,
        "checked_at": each.checked_at.isoformat(),
        "tools": tools,
        "uses": each.uses,
        "idle": each.idle,
        "withheld": each.withheld,
    }


@answering
async def connect(request: Request) -> Response:
    """Try an account and keep it; answers as `listed`."""
    user = await user_of(request)
    await rate_limits.count("connections", user.id)
    await connections.connect(user.id, request.path_params["kind"], await _form(request))
    return await _told(user.id)


async def _form(request: Request) -> dict[str, str]:
    return await words_of(request, MOST_BYTES, MOST_FIELDS, TOO_LARGE)


@answering
async def test(request: Request) -> Response:
    """Try a connection anew; answers as `listed`."""
    user = await user_of(request)
    await rate_limits.count("connections", user.id)
    await connections.test(user.id, _id(request))
    return await _told(user.id)


@answering
async def disconnect(request: Request) -> Response:
    """Forget a connection; answers as `listed`."""
    user = await user_of(request)
    said = await connections.disconnect(user.id, _id(request))
    return await _told(user.id, said)


@answering
async def set_effect(request: Request) -> Response:
    """Say what a tool of a server does; answers as `listed`."""
    user, form = await user_of(request), await _form(request)
    given = form.get("tool", ""), form.get("effect", "")
    await connections.set_effect(user.id, _id(request), *given)
    return await _told(user.id)


def _id(request: Request) -> UUID:
    return identifier(request.path_params["id"], "connection")


routes = [
    Route("/api/connections", listed, methods=["GET"]),
    Route("/api/connections/new/{kind}", connect, methods=["POST"]),
    Route("/api/connections/{id}/test", test, methods=["POST"]),
    Route("/api/connections/{id}/disconnect", disconnect, methods=["POST"]),
    Route("/api/connections/{id}/effect", set_effect, methods=["POST"]),
]
