"""The list of conversations, and the user at its foot."""

from typing import Any

import reflex as rx

from assistant.components.menu import item, menu
from assistant.components.plain_form import plain_form
from assistant.components.scripts import script
from assistant.components.search import search
from assistant.state.chat import ChatState
from assistant.state.sidebar import Group, Row, SidebarState


class RenameField(rx.Component):
    """Wraps rename_field.jsx. on_save: gets the new title."""

    library = script("rename_field.jsx")
    tag = "RenameField"

    value: rx.Var[str]
    on_save: rx.EventHandler[rx.event.passthrough_event_spec(str)]
    on_cancel: rx.EventHandler[rx.event.no_args_event_spec]


class WaitingList(rx.Component):
    """Wraps waiting_list.jsx: the calls that wait for the user, in all conversations."""

    library = script("waiting_list.jsx")
    tag = "WaitingList"


def sidebar() -> rx.Component:
    """The whole sidebar."""
    return rx.el.aside(
        rx.el.div(rx.el.span(class_name="mark"), "Assistant", class_name="brand"),
        rx.el.a(_plus(), "New chat", href="/", class_name="new-chat", data_testid="new-chat"),
        search(groups=SidebarState.groups),
        rx.el.nav(
            rx.foreach(SidebarState.groups, _group),
            rx.cond(SidebarState.left_said & (SidebarState.groups.length() == 0), _none_yet()),
            rx.cond(SidebarState.more, _quiet("Show more", SidebarState.show_more)),
            rx.cond(SidebarState.left_said, _archive()),
            class_name="conversations",
            aria_label="Conversations",
        ),
        WaitingList.create(),
        _left(),
        _me(),
        class_name="sidebar",
    )


def _plus() -> rx.Component:
    return rx.el.svg(
        rx.el.path(d="M12 5v14M5 12h14"),
        class_name="icon",
        view_box="0 0 24 24",
        width="16",
        height="16",
        aria_hidden="true",
    )


def _none_yet() -> rx.Component:
    return rx.el.p("Your conversations will stand here, the newest first.", class_name="none-yet")


def _group(group: rx.Var[Group]) -> rx.Component:
    return rx.el.div(
        rx.el.h2(group.label, class_name="group-label"),
        rx.foreach(group.rows, _row),
    )


def _row(row: rx.Var[Row]) -> rx.Component:
    return rx.el.div(
        rx.cond(
            SidebarState.renaming == row.id,
            RenameField.create(
                value=row.title,
                on_save=lambda title: SidebarState.rename(row.id, title),
                on_cancel=SidebarState.begin_rename(""),
            ),
            rx.fragment(_link(row), _row_menu(row)),
        ),
        key=row.id,
        class_name="row-frame",
    )


def _link(row: rx.Var[Row]) -> rx.Component:
    is_open = ChatState.conversation_id == row.id
    return rx.el.a(
        rx.el.span(row.title, class_name="title", dir="auto"),
        rx.cond(
            row.running,
            rx.el.span(rx.el.span("is being answered", class_name="unseen"), class_name="dot"),
        ),
        href="/chat/" + row.id,
        class_name=rx.cond(is_open, "row on", "row"),
        aria_current=rx.cond(is_open, "page", "false"),
        data_testid="conversation",
    )


def _row_menu(row: rx.Var[Row]) -> rx.Component:
    return menu(
        item("Rename", SidebarState.begin_rename(row.id)),
        item("Archive", SidebarState.archive(row.id)),
        item("Delete", SidebarState.delete(row.id), danger=True),
        label="More for " + row.title,
        look="icon-button row-menu",
    )


def _archive() -> rx.Component:
    return rx.el.div(
        _quiet(
            rx.cond(SidebarState.archive_open, "Hide archive", "Show archive"),
            SidebarState.toggle_archive,
        ),
        rx.cond(
            SidebarState.archive_open & (SidebarState.archived.length() == 0),
            rx.el.p("Nothing is archived.", class_name="group-label"),
        ),
        rx.foreach(SidebarState.archived, _archived_row),
    )


def _archived_row(row: rx.Var[Row]) -> rx.Component:
    return rx.el.div(
        _link(row),
        menu(
            item("Put back", SidebarState.unarchive(row.id)),
            item("Delete", SidebarState.delete(row.id), danger=True),
            label="More for " + row.title,
            look="icon-button row-menu",
        ),
        key=row.id,
        class_name="row-frame",
    )


def _quiet(words: str | rx.Var[str], on_click: Any) -> rx.Component:  # noqa: ANN401
    return rx.el.button(words, type="button", class_name="quiet-button", on_click=on_click)


def _left() -> rx.Component:
    """What the plan still allows; until that is known its line is kept, and nothing leads there."""
    link = rx.el.a(
        SidebarState.left_said,
        href="/usage",
        class_name=rx.cond(SidebarState.is_short, "left short", "left"),
        data_testid="usage-remaining",
    )
    return rx.cond(SidebarState.left_said, link, rx.el.div(class_name="left"))


def _me() -> rx.Component:
    sign_out = rx.el.button("Sign out", type="submit", role="menuitem", class_name="menu-item")
    return rx.el.div(
        menu(
            rx.el.a("Settings", href="/settings", role="menuitem", class_name="menu-item"),
            rx.el.a("Usage", href="/usage", role="menuitem", class_name="menu-item"),
            rx.el.a("Billing", href="/billing", role="menuitem", class_name="menu-item"),
            rx.el.a("Audit log", href="/audit", role="menuitem", class_name="menu-item"),
            plain_form(
                sign_out, action="/auth/logout", method="post", custom_attrs={"role": "none"}
            ),
            label="Your account",
            caption=rx.cond(SidebarState.name, SidebarState.name, "Account"),
            face=rx.cond(SidebarState.name, SidebarState.name[:1].upper(), " "),
            look="account",
            test_id="account",
        ),
        class_name="me",
    )
