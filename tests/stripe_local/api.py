"""The API over HTTP: keys, parameters, idempotency, expansion, and refusals in Stripe's shape."""

import json
import secrets
from collections import deque
from dataclasses import replace
from functools import partial
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from tests.stripe_local import (
    cards,
    catalogue,
    changes,
    checkout,
    clock,
    customers,
    discounts,
    events,
    invoice_calls,
    payments,
    portal,
    schedules,
    subscriptions,
)
from tests.stripe_local.calls import Call
from tests.stripe_local.form import parsed
from tests.stripe_local.idempotency import Answer, Keys
from tests.stripe_local.objects import wanted
from tests.stripe_local.parameters import typed
from tests.stripe_local.problems import Problem
from tests.stripe_local.shapes import API_VERSION
from tests.stripe_local.world import World

PARTS = (catalogue, discounts, customers, cards, payments, subscriptions, changes,
         schedules, invoice_calls, checkout, portal, events, clock)  # fmt: skip
LOST = 0  # a fault: the work is done, and the answer gets lost
BROKEN = -1  # a fault: the work was begun and has failed, which is kept under the request's key
SORRY = "Something went wrong on Stripe's end."


class Api:
    """The calls of an account. faults: statuses that the next requests get instead of answers."""

    def __init__(self, world: World, key: str) -> None:
        self.world = world
        self.key = key
        self.faults: deque[int] = deque()
        self.asked: list[str] = []
        self._keys = Keys()

    def routes(self) -> list[Route]:
        """A route for each call, and one for what there is not."""
        made = []
        for call in (call for part in PARTS for call in part.CALLS):
            method, path = call.route.split(" ")
            made.append(Route(path, partial(self._served, call), methods=[method]))
        everything = ["GET", "POST", "DELETE", "PUT", "PATCH"]
        return [*made, Route("/v1/{path:path}", self._unknown, methods=everything)]

    async def _unknown(self, request: Request) -> Response:
        where = f"({request.method}: {request.url.path})"
        problem = Problem(404, f"Unrecognized request URL {where}. The local Stripe lacks it.")
        return _response(*_refusal(problem), {})

    async def _served(self, call: Call, request: Request) -> Response:
        body = (await request.body()).decode()
        self.asked.append(f"{request.method} {request.url.path}")
        fault = self.faults.popleft() if self.faults else 200
        if fault not in (200, LOST, BROKEN):
            return _response(*_refusal(Problem(fault, SORRY, type="api_error")), {})
        headers = {"request-id": f"req_{secrets.token_hex(7)}", "stripe-version": API_VERSION}
        with self.world.lock:
            does = replace(call, does=_breaks) if fault == BROKEN else call
            answer, replayed = self._answered(does, request, body, headers["request-id"])
        if replayed:
            headers["idempotent-replayed"] = "true"
        if answer[0] == 500:
            headers["stripe-should-retry"] = "false"
        return Lost() if fault == LOST else _response(*answer, headers)

    def _answered(self, call: Call, request: Request, body: str, name: str) -> tuple[Answer, bool]:
        """The answer, and whether it is one that was given before."""
        key = request.headers.get("idempotency-key") if request.method == "POST" else None
        asked = (f"{request.method} {request.url.path}", body)
        now = self.world.now()
        try:
            self._let_in(request)
            if key and (before := self._keys.known(key, asked, now)):
                return before, True
            self.world.request = {"id": name, "idempotency_key": key}
            text = body if request.method == "POST" else request.url.query
            answer = 200, self._done(call, text, list(request.path_params.values()))
        except Problem as problem:
            answer = _refusal(problem)
        finally:
            self.world.request = {"id": None, "idempotency_key": None}
        if key:
            self._keys.keep(key, asked, answer, now)
        return answer, False

    def _let_in(self, request: Request) -> None:
        given = request.headers.get("authorization", "").removeprefix("Bearer ")
        if given != self.key:
            raise Problem(401, f"Invalid API Key provided: {given[:7]}****")

    def _done(self, call: Call, text: str, names: list[Any]) -> bytes:
        params = typed(parsed(text), call.takes)
        expand = params.pop("expand", None) or []
        found = call.does(self.world, params, *names)
        return json.dumps(self.world.objects.shown(found, wanted(expand))).encode()


def _breaks(*_: Any) -> Any:
    raise Problem(500, SORRY, type="api_error")


class Lost(Response):
    """No answer, and a broken connection: the client cannot know what became of its request."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        scope["abort"]()
        while (await receive())["type"] != "http.disconnect":
            pass


def abortable(app: ASGIApp) -> ASGIApp:
    """The app, whose requests can break their connection off (uvicorn has no other way)."""

    async def served(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            scope["abort"] = send.__self__.transport.abort  # type: ignore[attr-defined]
        await app(scope, receive, send)

    return served


def _refusal(problem: Problem) -> Answer:
    return problem.status, json.dumps({"error": problem.error}).encode()


def _response(status: int, body: bytes, headers: dict[str, str]) -> Response:
    return Response(body, status, headers, "application/json")
