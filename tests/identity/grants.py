"""Lasting access as Google gives it: consent by boxes, refresh tokens, and taking it back."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import count
from typing import Any

from aiohttp import web

Answer = dict[str, Any]


@dataclass
class Grant:
    """What somebody has granted. refresh: the token that is good now, "" once it was taken back."""

    refresh: str
    scopes: list[str]
    before: set[str] = field(default_factory=set)


@dataclass
class Grants:
    """All that was granted.

    unticked: words in scopes that the user leaves out. rotates: each exchange gives a new refresh
    token. seconds: for which access tokens are said to be good. exchanges: how many there were.
    odd: changes what an exchange is answered with.
    """

    all: list[Grant] = field(default_factory=list)
    unticked: tuple[str, ...] = ()
    rotates: bool = False
    seconds: Any = 3600
    exchanges: int = 0
    odd: Answer = field(default_factory=dict)
    revoked: list[str] = field(default_factory=list)
    access: dict[str, Grant] = field(default_factory=dict)
    _numbers: Any = field(default_factory=count)

    def granted(self, query: dict[str, str]) -> Answer:
        """What the token endpoint says of what was asked for with this query."""
        if query.get("access_type") != "offline":
            return {"access_token": "access"}
        asked = query["scope"].split()
        scopes = [each for each in asked if not any(word in each for word in self.unticked)]
        grant = Grant(self._new("refresh"), scopes)
        self.all.append(grant)
        return self._told(grant) | {"refresh_token": grant.refresh}

    def exchanged(self, refresh: str) -> web.Response:
        """A new access token for this refresh token."""
        self.exchanges += 1
        grant = next((each for each in self.all if each.refresh == refresh != ""), None)
        if grant is None:
            error = {"error": "invalid_grant", "error_description": "Token has been revoked."}
            return web.json_response(error, status=400)
        told = self._told(grant)
        if self.rotates:
            grant.refresh = told["refresh_token"] = self._new("refresh")
        return web.json_response(told | self.odd)

    def lets_in(self, authorization: str | None) -> bool:
        """Whether this header of a request to an API of Google's is one of a token in force."""
        grant = self.access.get((authorization or "").removeprefix("Bearer "))
        return grant is not None and grant.refresh != ""

    def expire(self) -> None:
        """All access tokens are too old, whatever was said before."""
        self.access.clear()

    def take_back(self, grants: Iterable[Grant] = ()) -> None:
        """As the user does it at Google, of these or of all."""
        for grant in list(grants) or self.all:
            grant.refresh = ""

    async def revoke(self, request: web.Request) -> web.Response:
        """RFC 7009, as Google has it."""
        token = str((await request.post())["token"])
        grant = next((each for each in self.all if each.refresh == token), None)
        if grant is None:
            return web.json_response({"error": "invalid_token"}, status=400)
        self.revoked.append(token)
        self.take_back([grant])
        return web.json_response({})

    def _new(self, kind: str) -> str:
        return f"{kind}-{next(self._numbers)}"

    def _told(self, grant: Grant) -> Answer:
        token = self._new("access")
        self.access[token] = grant
        seconds = {} if self.seconds is None else {"expires_in": self.seconds}
        return {"access_token": token, "scope": " ".join(grant.scopes), **seconds}
