"""Seats of a plan: given and taken back by who pays, taken and left by who is invited.

A link's token comes in a body and goes in an answer that nobody keeps: no address that a server
sees holds it, no log, and no state of a page.
"""

from typing import Any
from uuid import UUID

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from assistant.api.answers import NO_STORE, answering, user_of, words_of
from assistant.services import membership, seats
from assistant.services.inputs import identifier
from assistant.services.tiers import Tier
from assistant.state.billing_cards import holds

MOST_BYTES = 4_000
TOO_LARGE = "This form is larger than anything that fits into it. Nothing was changed."


@answering
async def listed(request: Request) -> Response:
    """What the user has given, and where they sit.

    {"paid", "free", "seats": [{"id", "label", "state", "since", "until"}], "mine", "link"}: mine is
    null or {"plan", "since", "counts"}; link is that of an invitation that was just made, else "".
    """
    return await _told((await user_of(request)).id)


async def _told(user_id: UUID, link: str = "") -> Response:
    given, held = await seats.given(user_id), await membership.mine(user_id)
    mine = held and {
        "plan": held.tier.label,
        "since": held.since.isoformat(),
        "counts": held.counts,
    }
    told = {"paid": given.paid, "free": given.free, "mine": mine, "link": link}
    return JSONResponse(told | {"seats": [_shown(e) for e in given.seats]}, headers=NO_STORE)


def _shown(each: seats.Seat) -> dict[str, Any]:
    return {
        "id": str(each.id),
        "label": each.label,
        "state": each.state,
        "since": (each.taken_at or each.created_at).isoformat(),
        "until": each.expires_at.isoformat(),
    }


@answering
async def give(request: Request) -> Response:
    """Offer a seat to somebody; answers as `listed`."""
    user = await user_of(request)
    return await _told(user.id, await seats.give(user.id, (await _form(request)).get("label", "")))


@answering
async def take_back(request: Request) -> Response:
    """End an offer, or the seat of who took it; answers as `listed`."""
    user = await user_of(request)
    await seats.take_back(user.id, identifier(request.path_params["id"], "seat"))
    return await _told(user.id)


@answering
async def leave(request: Request) -> Response:
    """Give back the seat that the user has; answers as `listed`."""
    user = await user_of(request)
    await membership.leave(user.id)
    return await _told(user.id)


@answering
async def offered(request: Request) -> Response:
    """What a link offers: {"plan", "holds": its lines}. Nothing is changed."""
    user = await user_of(request)
    return _plan(await membership.offered(user.id, (await _form(request)).get("token", "")))


@answering
async def take(request: Request) -> Response:
    """Take the seat of a link; answers as `offered`."""
    user = await user_of(request)
    return _plan(await membership.take(user.id, (await _form(request)).get("token", "")))


def _plan(tier: Tier) -> Response:
    return JSONResponse({"plan": tier.label, "holds": holds(tier)}, headers=NO_STORE)


async def _form(request: Request) -> dict[str, str]:
    return await words_of(request, MOST_BYTES, 1, TOO_LARGE)


routes = [
    Route("/api/seats", listed, methods=["GET"]),
    Route("/api/seats/new", give, methods=["POST"]),
    Route("/api/seats/leave", leave, methods=["POST"]),
    Route("/api/seats/offered", offered, methods=["POST"]),
    Route("/api/seats/take", take, methods=["POST"]),
    Route("/api/seats/{id}/take-back", take_back, methods=["POST"]),
]
