"""Reflex's own settings: how the pages are built, and which origins may talk to the server."""

import re
from pathlib import Path

import reflex as rx
from reflex.constants import StateManagerMode

from assistant.config import settings

BUILT_FOR = "http://localhost"
BAKED = re.compile(r"""(["'`])(http|ws)://localhost(/[^"'`]*)\1""")


class SameOrigin(rx.plugins.Plugin):
    """Makes the built pages talk to whichever origin they were loaded from.

    Reflex bakes the server's address into one file of the build. Without this, each other PORT
    or APP_URL would need pages of its own.
    """

    def post_build(self, **context: object) -> None:
        """Replace the addresses by expressions over `location`, before the files are compressed."""
        for file in Path(str(context["static_dir"])).glob("assets/reflex-env-*.js"):
            address = r'location.origin.replace("http","\2")+"\3"'
            text, replaced = BAKED.subn(address, file.read_text())
            if not replaced:
                raise RuntimeError(f"{file} has no address of the server in it")
            file.write_text(text)


def origins() -> list[str]:
    """The origins that browsers may speak from, each once; on loopback both of its names."""
    twins = [f"http://{host}:{settings().port}" for host in ("localhost", "127.0.0.1")]
    return list(dict.fromkeys([settings().url, *(twins if settings().on_loopback else [])]))


config = rx.Config(
    app_name="assistant",
    app_module_import="assistant.app",
    telemetry_enabled=False,
    show_built_with_reflex=False,
    state_manager_mode=StateManagerMode.REDIS if settings().redis_url else StateManagerMode.MEMORY,
    redis_url=settings().redis_url.get_secret_value() or None,
    api_url=BUILT_FOR,
    deploy_url=settings().url,
    cors_allowed_origins=origins(),
    backend_host=settings().bind_host,
    frontend_compression_formats=["brotli", "gzip"],
    frontend_packages=[
        "@fontsource-variable/inter@5.3.0",
        "@fontsource-variable/jetbrains-mono@5.3.0",
    ],
    plugins=[rx.plugins.TailwindV4Plugin(), SameOrigin()],
    disable_plugins=[rx.plugins.SitemapPlugin],
)
