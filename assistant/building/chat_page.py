"""The chat: one page at two addresses, and all its scripts fetched at once."""

import json
from pathlib import Path
from typing import Any

import reflex as rx

CONVERSATION = "routes/[chat].$[chat_id]._index"  # as the router's manifest calls it
NEW_CHAT = "routes/_index"
SAME_PAGE = """export { default } from "./_index.jsx";\n"""


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
