"""The layer around all that is answered: what a browser may do with it, and what it may keep.

The policy lets a page run the scripts of our build and no other, load nothing from elsewhere and
stand in no frame. The few scripts inside the built pages are allowed one by one, by their hashes.
"""

import hashlib
import re
from base64 import b64encode
from collections.abc import Iterable
from pathlib import Path

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from assistant.config import settings

INLINE = re.compile(r"<script[^>]*>(.*?)</script>", re.DOTALL)
POLICY = {
    "default-src": "'none'",
    "script-src": "'self'",
    "style-src": "'self'",
    "img-src": "'self'",
    "font-src": "'self'",
    "connect-src": "'self'",
    "manifest-src": "'self'",
    "worker-src": "'self'",
    "object-src": "'none'",
    "base-uri": "'none'",
    "form-action": "'self'",
    "frame-ancestors": "'none'",
}
DENIED = (
    *("accelerometer", "camera", "display-capture", "geolocation", "gyroscope", "hid"),
    *("magnetometer", "microphone", "midi", "payment", "serial", "usb", "xr-spatial-tracking"),
)
FIXED = {
    "x-content-type-options": "nosniff",
    # Nothing is told to other sites. With "no-referrer" browsers would also hide from ourselves
    # where a form comes from, which the guard asks for.
    "referrer-policy": "same-origin",
    "permissions-policy": ", ".join(f"{feature}=()" for feature in DENIED),
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "server": "assistant",  # in the place of the program's own name
}
ONLY_HTTPS = {"strict-transport-security": "max-age=31536000; includeSubDomains"}
HASHED = "/assets/"  # the build names these files by what is in them
FOR_EVER = "public, max-age=31536000, immutable"
ASK_AGAIN = "no-cache"  # keep it, and ask each time whether it has changed
GOOD = (200, 206, 304)


class WithHeaders:
    """ASGI middleware. origins: where pages and socket are served; pages: the build's folder."""

    def __init__(self, app: ASGIApp, origins: Iterable[str], pages: Path) -> None:
        sockets = " ".join(re.sub("^http", "ws", origin) for origin in origins)
        policy = POLICY | {"connect-src": f"'self' {sockets}"}
        self._app = app
        self._policy = _written(policy)
        self._page_policy = _written(policy | {"script-src": f"'self' {_hashes(pages)}".strip()})
        self._fixed = FIXED | (ONLY_HTTPS if settings().url.startswith("https:") else {})

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, and give the answer its headers; what it has itself stays."""

        async def sending(message: Message) -> None:
            if message["type"] == "http.response.start":
                message = {**message, "headers": _once(message["headers"])}
                self._complete(MutableHeaders(scope=message), scope["path"], message["status"])
            await send(message)

        await self._app(scope, receive, sending if scope["type"] == "http" else send)

    def _complete(self, headers: MutableHeaders, path: str, status: int) -> None:
        is_page = headers.get("content-type", "").startswith("text/html")
        policy = self._page_policy if is_page else self._policy
        keeping = {"cache-control": "no-store" if is_page else _kept(headers, path, status)}
        for name, value in (self._fixed | keeping | {"content-security-policy": policy}).items():
            headers.setdefault(name, value)


def _once(headers: Iterable[tuple[bytes, bytes]]) -> list[tuple[bytes, bytes]]:
    """Each line once, its name in small letters, as ASGI wants it.

    Reflex's socket writes capitals, which the layer around it does not see: it says all once more.
    """
    return list(dict.fromkeys((name.lower(), value) for name, value in headers))


def _written(policy: dict[str, str]) -> str:
    return "; ".join(f"{name} {sources}" for name, sources in policy.items())


def _hashes(pages: Path) -> str:
    """The scripts that stand inside the built pages, as the policy names them."""
    found = (INLINE.findall(page.read_text("utf-8")) for page in pages.rglob("*.html"))
    scripts = {script.encode() for scripts in found for script in scripts if script}
    digests = (b64encode(hashlib.sha256(script).digest()).decode() for script in scripts)
    return " ".join(sorted(f"'sha256-{digest}'" for digest in digests))


def _kept(headers: MutableHeaders, path: str, status: int) -> str:
    """How long browsers keep what is no page: files of the build, nothing else."""
    if status not in GOOD or "etag" not in headers:
        return "no-store"
    return FOR_EVER if path.startswith(HASHED) else ASK_AGAIN
