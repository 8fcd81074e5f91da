"""Google, Microsoft and GitHub on loopback: honest and strict, until a test has them lie."""

import hashlib
import json
import time
from base64 import urlsafe_b64encode
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Self
from uuid import uuid4

from aiohttp import BasicAuth, web
from joserfc import jwt
from joserfc.jwk import ECKey, RSAKey
from joserfc.jws import JWSRegistry

from tests.identity.grants import Grants

CLIENT, SECRET = "our-client", "our-secret-of-more-than-thirty-two-bytes"
TENANT = "9188040d-6c67-4c5b-b112-36a304b66dad"
ALGORITHMS = ["RS256", "PS256", "ES256", "HS256", "none"]
KEYS = {
    "rsa": RSAKey.generate_key(2048, {"kid": "rsa"}),
    "ec": ECKey.generate_key("P-256", {"kid": "ec"}),
}
OTHER = RSAKey.generate_key(2048, {"kid": "rsa"})
Claims = dict[str, Any]


@dataclass(frozen=True, slots=True)
class FromNow:
    """A time in a claim: so many seconds from when the test runs, however long after import."""

    seconds: int

    def __repr__(self) -> str:
        return f"now{self.seconds:+d}"

    def time(self) -> int:
        """As claims have it."""
        return int(time.time()) + self.seconds


def spelled(claims: Claims, url: str = "") -> Claims:
    """Claims with times as numbers of now, and with {url} as the provider's address."""
    return json.loads(json.dumps(claims, default=FromNow.time).replace("{url}", url))


def encoded(part: Any) -> str:
    """A part of a JWT."""
    raw = part if isinstance(part, bytes) else json.dumps(part).encode()
    return urlsafe_b64encode(raw).rstrip(b"=").decode()


def signed(claims: Claims, header: dict[str, Any] | None = None, key: Any = None) -> str:
    """An ID token as an honest provider makes it, but for what is given."""
    header = {"alg": "RS256", "kid": "rsa"} | (header or {})
    registry = JWSRegistry(algorithms=ALGORITHMS, strict_check_header=False)
    return jwt.encode(header, claims, key or KEYS["rsa"], registry=registry)


@dataclass
class Asked:
    """What a browser was sent here with."""

    query: dict[str, str]
    used: bool = False


@dataclass
class Providers:
    """`async with Providers() as providers:` serves all three on `providers.url`.

    claims: what ID tokens say, beside what is asked for. token: makes one of the whole claims.
    answer: changes the token endpoint's answer. metadata: changes discovery. keys: those that are
    published. pkce: whether the verifier is checked. user, emails: what GitHub says. status: what
    paths answer with instead. denies: people say no. grants: the lasting access that they give.
    """

    url: str = ""
    claims: Claims = field(default_factory=dict)
    token: Callable[[Claims], Any] = signed
    answer: dict[str, Any] = field(default_factory=dict)
    metadata: dict[str, Any] = field(default_factory=dict)
    keys: list[Any] = field(default_factory=lambda: list(KEYS.values()))
    pkce: bool = True
    user: Any = None
    emails: Any = None
    status: dict[str, int] = field(default_factory=dict)
    asked: dict[str, Asked] = field(default_factory=dict)
    denies: bool = False
    grants: Grants = field(default_factory=Grants)

    async def __aenter__(self) -> Self:
        app = web.Application()
        app.add_routes([
            web.get("/.well-known/openid-configuration", self._google),
            web.get("/common/v2.0/.well-known/openid-configuration", self._microsoft),
            web.get("/authorize", self._authorize),
            web.post("/token", self._token),
            web.post("/revoke", self._revoke),
            web.get("/jwks", self._jwks),
            web.get("/login/oauth/authorize", self._authorize),
            web.post("/login/oauth/access_token", self._token),
            web.get("/user", self._user),
            web.get("/user/emails", self._emails),
        ])  # fmt: skip
        self._runner = web.AppRunner(app)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        port = site._server.sockets[0].getsockname()[1]
        self.url = f"http://127.0.0.1:{port}"
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._runner.cleanup()

    def settings(self) -> dict[str, str]:
        """The environment that makes the app ask this server."""
        ids = {f"{name}_CLIENT_ID": CLIENT for name in ("GOOGLE", "MICROSOFT", "GITHUB")}
        secrets = {name.replace("_ID", "_SECRET"): SECRET for name in ids}
        return ids | secrets | {
            "GOOGLE_DISCOVERY_URL": f"{self.url}/.well-known/openid-configuration",
            "MICROSOFT_DISCOVERY_URL": f"{self.url}/common/v2.0/.well-known/openid-configuration",
            "GITHUB_BASE_URL": self.url,
            "GITHUB_API_URL": self.url,
        }  # fmt: skip

    def _fault(self, request: web.Request) -> web.Response | None:
        status = self.status.get(request.path)
        return web.json_response({"error": "x"}, status=status) if status else None

    async def _google(self, request: web.Request) -> web.Response:
        return self._fault(request) or self._discovery(self.url)

    async def _microsoft(self, request: web.Request) -> web.Response:
        return self._fault(request) or self._discovery(f"{self.url}/{{tenantid}}/v2.0")

    def _discovery(self, issuer: str) -> web.Response:
        document = {
            "issuer": issuer,
            "authorization_endpoint": f"{self.url}/authorize",
            "token_endpoint": f"{self.url}/token",
            "revocation_endpoint": f"{self.url}/revoke",
            "jwks_uri": f"{self.url}/jwks",
            "id_token_signing_alg_values_supported": ALGORITHMS,
        }
        return web.json_response(document | self.metadata)

    async def _jwks(self, request: web.Request) -> web.Response:
        keys = [key.as_dict(private=False) for key in self.keys]
        return self._fault(request) or web.json_response({"keys": keys})

    async def _authorize(self, request: web.Request) -> web.Response:
        query = dict(request.query)
        assert query["client_id"] == CLIENT
        assert query["response_type"] == "code"
        assert query["code_challenge_method"] == "S256"
        if self.denies:
            raise web.HTTPFound(
                f"{query['redirect_uri']}?error=access_denied&state={query['state']}"
            )
        code = uuid4().hex
        self.asked[code] = Asked(query)
        back = f"{query['redirect_uri']}?code={code}&state={query['state']}"
        raise web.HTTPFound(back)

    async def _token(self, request: web.Request) -> web.Response:
        form = dict(await request.post())
        asked = self.asked.get(form.get("code", ""))
        if fault := self._fault(request):
            return fault
        if form.get("grant_type") == "refresh_token" and _is_client(request, form):
            assert "scope" not in form  # it would narrow what was granted
            return self.grants.exchanged(form["refresh_token"])
        if asked is None or asked.used or not _is_client(request, form):
            return web.json_response({"error": "invalid_grant"}, status=400)
        asked.used = True
        digest = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
        proven = encoded(digest) == asked.query["code_challenge"]
        if form["redirect_uri"] != asked.query["redirect_uri"] or (self.pkce and not proven):
            return web.json_response({"error": "invalid_grant"}, status=400)
        answer = {"token_type": "Bearer", "expires_in": 3600, **self.grants.granted(asked.query)}
        if "openid" in asked.query["scope"]:
            answer["id_token"] = self.token(self._claims(asked.query))
        answer |= self.answer
        return web.json_response({k: v for k, v in answer.items() if v is not None})

    async def _revoke(self, request: web.Request) -> web.Response:
        return self._fault(request) or await self.grants.revoke(request)

    def _claims(self, query: dict[str, str]) -> Claims:
        now = int(time.time())
        is_microsoft = query["redirect_uri"].endswith("microsoft")
        own = {"iss": f"{self.url}/{TENANT}/v2.0", "tid": TENANT} if is_microsoft else {}
        claims = {"iss": self.url, "aud": CLIENT, "nonce": query["nonce"], "iat": now,
                  "exp": now + 300, "sub": uuid4().hex} | own | self.claims  # fmt: skip
        return {k: v for k, v in claims.items() if v is not None}

    async def _user(self, request: web.Request) -> web.Response:
        assert request.headers["authorization"] == "Bearer access"
        return self._fault(request) or web.json_response(self.user)

    async def _emails(self, request: web.Request) -> web.Response:
        return self._fault(request) or web.json_response(self.emails)


def _is_client(request: web.Request, form: dict[str, Any]) -> bool:
    if "authorization" in request.headers:
        given = BasicAuth.decode(request.headers["authorization"])
        return (given.login, given.password) == (CLIENT, SECRET)
    return (form.get("client_id"), form.get("client_secret")) == (CLIENT, SECRET)
