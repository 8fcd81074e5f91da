"""The way to each part of a long page."""

import reflex as rx

from assistant.components.page_frame import part_id
from assistant.components.scripts import script


class Contents(rx.Component):
    """Wraps contents.jsx."""

    library = script("contents.jsx")
    tag = "Contents"

    label: rx.Var[str]
    parts: rx.Var[list[dict[str, str]]]


def contents(label: str, *titles: str) -> rx.Component:
    """Links to the sections of these titles. label: what they are the parts of."""
    parts = [{"id": part_id(title), "title": title} for title in titles]
    return Contents.create(label=label, parts=parts)
