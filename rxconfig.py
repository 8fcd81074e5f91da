"""Reflex's own settings: how the pages are built, and which origins may talk to the server."""

import reflex as rx
from reflex.constants import StateManagerMode

from assistant.building.chat_page import AheadOfTheRouter, OnePage
from assistant.building.few_files import FewFiles
from assistant.building.plain_elements import PlainElements
from assistant.building.same_origin import BUILT_FOR, SameOrigin
from assistant.config import settings


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
    plugins=[
        rx.plugins.TailwindV4Plugin(),
        SameOrigin(),
        FewFiles(),
        PlainElements(),
        OnePage(),
        AheadOfTheRouter(),
    ],
    disable_plugins=[rx.plugins.SitemapPlugin],
)
