"""The common frame of settings, usage, billing and audit: a title, a sentence, and sections."""

import reflex as rx

from assistant.components.app_frame import app_frame
from assistant.components.shell import drawer_button

Words = str | rx.Var[str]


def page_frame(
    title: Words, lead: Words, *sections: rx.Component, still: bool = False
) -> rx.Component:
    """A whole page beside the sidebar. lead: the one sentence below the title.

    still: nothing on it can be focused, so the keyboard scrolls it by itself.
    """
    scrolled = {"tab_index": 0} if still else {}
    column = rx.el.div(
        rx.el.h1(title),
        rx.el.p(lead, class_name="lead"),
        *sections,
        class_name="page",
    )
    return app_frame(
        rx.el.main(
            rx.el.div(drawer_button(), class_name="way-out"),
            rx.el.div(column, class_name="pages", **scrolled),
            class_name="main framed",
        )
    )


def part_id(title: str) -> str:
    """The id of the heading of a section."""
    return f"part-{title.lower().replace(' ', '-')}"


def section(title: Words, sentence: Words, *rows: rx.Component) -> rx.Component:
    """Rows on hairlines below a heading. sentence: what the section is for, "" for none."""
    mark = {"id": part_id(title)} if isinstance(title, str) else {}
    return rx.el.section(
        rx.el.h2(title, **mark),
        rx.el.p(sentence, class_name="sentence") if sentence else rx.fragment(),
        *rows,
    )


def row(
    label: Words,
    hint: Words,
    control: rx.Component,
    *,
    field: str = "",
    said: rx.Component | None = None,
) -> rx.Component:
    """One setting: its name, what it does, and what changes it.

    field: the id of an input in the control, which the name then belongs to; describe the input
    by f"{field}-hint". said: how the last change ended, beside the name.
    """
    name = rx.el.label(label, html_for=field) if field else rx.el.span(label)
    note = {"id": f"{field}-hint"} if field else {}
    return rx.el.div(
        rx.el.div(name, said or rx.fragment(), rx.el.small(hint, **note), class_name="about"),
        control,
        class_name="setting",
    )
