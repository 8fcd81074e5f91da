"""Reflex's own settings: how the pages are built, and which origins may talk to the server."""

import json
import re
from pathlib import Path
from typing import Any

import reflex as rx
from reflex.constants import StateManagerMode

from assistant.config import settings

BUILT_FOR = "http://localhost"
# What every page needs of others; and our own scripts that more than one page needs.
FRAMEWORK = (
    *(r"react\/", r"react-dom\/", r"react-error-boundary\/", r"react-router\/"),
    *(r"scheduler\/", r"@?engine\.io", r"@?socket\.io"),
)
GROUP_BEFORE = """name: "reflex-env",
            },"""  # Reflex's own; it keeps what it has
GROUPS = rf"""
            {{ name: "framework", test: /node_modules\/({"|".join(FRAMEWORK)})/ }},
            {{ name: "shared", test: /assistant\/components\//, minShareCount: 2 }},
"""
ELEMENTS = "utils/plain_elements.js"
BY_REACT = 'import { createElement } from "react";\nexport const jsx = createElement;\n'
ALIASES = "alias: ["
STYLED = re.compile(r"\bcss:\s*\(")
CONVERSATION = "routes/[chat].$[chat_id]._index"  # as the router's manifest calls it
NEW_CHAT = "routes/_index"
SAME_PAGE = """export { default } from "./_index.jsx";\n"""
BAKED = re.compile(r"""(["'`])(http|ws)://localhost(/[^"'`]*)\1""")


class SameOrigin(rx.plugins.Plugin):
    """Makes the built pages talk to whichever origin they were loaded from.

    Reflex bakes the server's address into one file of the build. Without this, each other PORT
    or APP_URL would need pages of its own.
    """

    def post_build(self, **context: object) -> None:
        """Replace the addresses by expressions over `location`, before the files are compressed."""
        (file,) = Path(str(context["static_dir"])).glob("assets/reflex-env-*.js")
        address = r'location.origin.replace("http","\2")+"\3"'
        text, replaced = BAKED.subn(address, file.read_text())
        if not replaced:
            raise RuntimeError(f"{file} has no address of the server in it")
        file.write_text(text)


class FewFiles(rx.plugins.Plugin):
    """Makes few files of what pages share: a browser asks an origin for six at once."""

    def pre_compile(self, **context: Any) -> None:  # noqa: ANN401  (what Reflex gives)
        """Say so in the settings of the build."""
        context["add_modify_task"]("vite.config.js", _grouped)


def _grouped(settings_of_the_build: str) -> str:
    head, found, rest = settings_of_the_build.partition(GROUP_BEFORE)
    if not found:
        raise RuntimeError("The build makes no file of the server's address any more")
    return f"{head}{found}{GROUPS}{rest}"


class PlainElements(rx.plugins.Plugin):
    """Makes elements by React itself, and not by Emotion, which none of our pages needs.

    All our looks are classes; Emotion would only turn the styles that a component is given in
    Python into classes of their own.
    """

    def pre_compile(self, **context: Any) -> None:  # noqa: ANN401  (what Reflex gives)
        """Put React's own function in the place of Emotion's."""
        context["add_save_task"](lambda: (ELEMENTS, BY_REACT))
        context["add_modify_task"]("vite.config.js", _without_emotion)

    def post_build(self, **context: object) -> None:
        """Refuse a page that has such styles: it would be built without them."""
        web = Path(str(context["static_dir"])).parents[1]
        pages = [*web.glob("app/**/*.jsx"), *web.glob("app_components/**/*.jsx")]
        styled = [page.name for page in pages if STYLED.search(page.read_text())]
        if styled:
            raise RuntimeError(f"Styles given in Python are not shown, use classes: {styled}")


def _without_emotion(settings_of_the_build: str) -> str:
    head, found, rest = settings_of_the_build.partition(ALIASES)
    if not found:
        raise RuntimeError("The settings of the build name no aliases any more")
    alias = f'new URL("./{ELEMENTS}", import.meta.url)'
    return f'{head}{found}{{ find: "@emotion/react", replacement: fileURLToPath({alias}) }},{rest}'


class OnePage(rx.plugins.Plugin):
    """Makes the page of a new chat and that of a conversation one component.

    Reflex writes the same page twice; for React these are two, and who moves from one to the other
    would see all of it taken away and built anew, its streams and fields with it.
    """

    def pre_compile(self, **context: Any) -> None:  # noqa: ANN401  (what Reflex gives)
        """Let the second be the first."""
        context["add_modify_task"](f"app/{CONVERSATION}.jsx", lambda _: SAME_PAGE)


class AheadOfTheRouter(rx.plugins.Plugin):
    """Lets the pages of the chat fetch all their scripts at once.

    No page is built for each conversation: all get one shell, in which the router would find out
    which scripts it wants only after its own have come, and the page after that how words look.
    In a new chat it would ask for the conversation's only when there is one.
    """

    def post_build(self, **context: object) -> None:
        """Name them in both, before the files are compressed."""
        folder = Path(str(context["static_dir"]))
        (manifest,) = folder.glob("assets/manifest-*.js")
        routes = json.loads(manifest.read_text().partition("=")[2].rstrip(";\n"))["routes"]
        chat, new = (routes[name] for name in (CONVERSATION, NEW_CHAT))
        (words,) = folder.glob("assets/answer-*.js")
        shell = [chat["module"], *chat["imports"], new["module"], f"/assets/{words.name}"]
        _fetch_ahead(folder / "__spa-fallback.html", shell)
        _fetch_ahead(folder / "index.html", [chat["module"]])


def _fetch_ahead(page: Path, scripts: list[str]) -> None:
    text = page.read_text()
    new = (url for url in scripts if url not in text)
    links = "".join(f'<link rel="modulepreload" href="{url}"/>' for url in new)
    head, found, rest = text.rpartition('<link rel="modulepreload"')
    if not found:
        raise RuntimeError(f"{page} fetches nothing ahead")
    page.write_text(f"{head}{links}{found}{rest}")


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
