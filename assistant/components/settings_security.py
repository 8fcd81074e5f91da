"""Settings of security: ways to sign in, the second factor, devices."""

from typing import Any

import reflex as rx

ON_LOAD: tuple[Any, ...] = ()


def security_sections() -> rx.Component:
    """The sections, in order."""
    return rx.fragment()
