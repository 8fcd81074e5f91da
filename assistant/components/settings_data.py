"""Settings of what belongs to the user: export, import, delete."""

from typing import Any

import reflex as rx

ON_LOAD: tuple[Any, ...] = ()


def data_sections() -> rx.Component:
    """The sections, in order."""
    return rx.fragment()
