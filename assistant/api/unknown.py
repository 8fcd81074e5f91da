"""What stands where there is nothing: a page of ours for browsers, a sentence for all else."""

from collections.abc import Sequence
from pathlib import Path

from starlette.datastructures import Headers
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.routing import Match, Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from assistant.api.answers import NO_STORE

OURS = ("/api/", "/auth/")  # what is no page there
NO_PAGE = "/404"
NOT_HERE = "There is nothing at this address."
NOT_SO = "This address does not take this kind of request."


class Unknown:
    """ASGI middleware around all that answers; it speaks where nothing in there knows the address.

    routes: those that answer below the addresses of `OURS`. page: the file of the page.
    """

    def __init__(self, app: ASGIApp, routes: Sequence[Route], page: Path) -> None:
        self._app = app
        self._routes = routes
        self._page = page

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, and answer in the place of a bare "Not Found"."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
        elif "\n" in scope["path"]:  # across lines no pattern reaches, here or in the page
            await self._across_lines(scope)(scope, receive, send)
        else:
            await self._pass(scope, receive, send)

    def _across_lines(self, scope: Scope) -> Response:
        if _is_ours(scope):
            return self._answer(scope, Headers())
        return RedirectResponse(NO_PAGE, 303, NO_STORE)

    async def _pass(self, scope: Scope, receive: Receive, send: Send) -> None:
        instead: list[Response] = []

        async def sending(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = Headers(raw=message["headers"])
                if _is_bare(scope, message["status"], headers):
                    answer = self._answer(scope, headers)
                    # Else a session that was renewed in passing would be lost.
                    answer.raw_headers += [h for h in message["headers"] if h[0] == b"set-cookie"]
                    instead.append(answer)
            if not instead:
                await send(message)

        await self._app(scope, receive, sending)
        for answer in instead:
            await answer(scope, receive, send)

    def _answer(self, scope: Scope, bare: Headers) -> Response:
        if not _is_ours(scope) and scope["method"] in ("GET", "HEAD"):
            return HTMLResponse(self._page.read_bytes(), 404, NO_STORE)
        allowed = self._methods(scope) if _is_ours(scope) else bare.get("allow", "")
        if not allowed:
            return JSONResponse({"error": NOT_HERE}, 404, NO_STORE)
        return JSONResponse({"error": NOT_SO}, 405, NO_STORE | {"allow": allowed})

    def _methods(self, scope: Scope) -> str:
        """How the routes of this address may be asked instead, "" where there is none."""
        there = [each for each in self._routes if each.matches(scope)[0] is Match.PARTIAL]
        return ", ".join(sorted({method for each in there for method in each.methods or ()}))


def _is_ours(scope: Scope) -> bool:
    return f"{scope['path']}/".startswith(OURS)


def _is_bare(scope: Scope, status: int, headers: Headers) -> bool:
    """Whether the framework answered, and not a route or a page of ours."""
    own = "application/json" if _is_ours(scope) else "text/html"
    return status in (404, 405) and not headers.get("content-type", "").startswith(own)
