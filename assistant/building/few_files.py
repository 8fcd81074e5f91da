"""Few files of what pages share."""

from typing import Any

import reflex as rx

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


class FewFiles(rx.plugins.Plugin):
    """A browser asks an origin for six files at once, and the build would make dozens."""

    def pre_compile(self, **context: Any) -> None:  # noqa: ANN401  (what Reflex gives)
        """Say so in the settings of the build."""
        context["add_modify_task"]("vite.config.js", grouped)


def grouped(settings_of_the_build: str) -> str:
    """The settings with our groups of files behind Reflex's own."""
    head, found, rest = settings_of_the_build.partition(GROUP_BEFORE)
    if not found:
        raise RuntimeError("The build makes no file of the server's address any more")
    return f"{head}{found}{GROUPS}{rest}"
