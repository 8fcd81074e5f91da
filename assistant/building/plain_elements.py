"""Elements that React itself makes, and not Emotion, which none of our pages needs."""

import re
from pathlib import Path
from typing import Any

import reflex as rx

ELEMENTS = "utils/plain_elements.js"
BY_REACT = 'import { createElement } from "react";\nexport const jsx = createElement;\n'
ALIASES = "alias: ["
_STYLED = re.compile(r"\bcss:\s*\(")


class PlainElements(rx.plugins.Plugin):
    """All our looks are classes.

    Emotion would only turn the styles that a component is given in Python into classes of their
    own, and weighs 17 kB.
    """

    def pre_compile(self, **context: Any) -> None:  # noqa: ANN401  (what Reflex gives)
        """Put React's own function in the place of Emotion's."""
        context["add_save_task"](lambda: (ELEMENTS, BY_REACT))
        context["add_modify_task"]("vite.config.js", without_emotion)

    def post_build(self, **context: object) -> None:
        """Refuse a page that has such styles: it would be built without them."""
        web = Path(str(context["static_dir"])).parents[1]
        pages = [*web.glob("app/**/*.jsx"), *web.glob("app_components/**/*.jsx")]
        styled = [page.name for page in pages if _STYLED.search(page.read_text())]
        if styled:
            raise RuntimeError(f"Styles given in Python are not shown, use classes: {styled}")


def without_emotion(settings_of_the_build: str) -> str:
    """The settings with React's function wherever Emotion is asked for."""
    head, found, rest = settings_of_the_build.partition(ALIASES)
    if not found:
        raise RuntimeError("The settings of the build name no aliases any more")
    alias = f'new URL("./{ELEMENTS}", import.meta.url)'
    return f'{head}{found}{{ find: "@emotion/react", replacement: fileURLToPath({alias}) }},{rest}'
