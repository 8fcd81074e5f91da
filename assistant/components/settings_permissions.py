"""Settings of what tools may do, and the permissions that stand."""

from typing import Any

import reflex as rx

from assistant.components.page_frame import row, section
from assistant.components.settings_fields import ChoiceSetting
from assistant.components.settings_security import when
from assistant.state.permissions import GrantRow, PermissionsState, ToolRow

ON_LOAD: tuple[Any, ...] = (PermissionsState.load,)


def permissions_sections() -> rx.Component:
    """The sections, in order."""
    return rx.el.div(_tools(), _grants(), id="permissions")


def _tools() -> rx.Component:
    return section(
        "Permissions",
        "What tools may do for you. A change holds at once, also for an answer that is on its way.",
        rx.foreach(PermissionsState.tools, _tool),
    )


def _tool(tool: rx.Var[ToolRow]) -> rx.Component:
    choice = ChoiceSetting.create(
        id="tool-" + tool.name,
        value=tool.rule,
        answer=PermissionsState.number,
        options=tool.choices,
        disabled=~PermissionsState.ready,
        on_choose=lambda rule: PermissionsState.choose(tool.name, rule),
    )
    return rx.el.div(
        rx.el.div(
            rx.el.label(tool.title, html_for="tool-" + tool.name),
            _outcome(tool.name),
            rx.el.small(tool.does, id="tool-" + tool.name + "-hint"),
            class_name="about",
        ),
        rx.cond(tool.plan, rx.el.span(tool.plan + " plan", class_name="of-plan"), choice),
        class_name="setting",
    )


def _outcome(tool: rx.Var[str]) -> rx.Component:
    words = rx.el.span(PermissionsState.said, key=PermissionsState.number.to_string())
    return rx.el.span(
        rx.cond(PermissionsState.changed == tool, words),
        role="status",
        class_name=rx.cond(PermissionsState.failed, "outcome failed", "outcome"),
    )


def _grants() -> rx.Component:
    none = rx.el.p(
        "None. When a tool asks you, you can permit more than the one call; what you have "
        "permitted stands here until you revoke it.",
        class_name="empty",
    )
    return section(
        "Standing permissions",
        "Calls that run without asking you, because you have said so.",
        rx.cond(
            PermissionsState.ready & (PermissionsState.grants.length() == 0),
            none,
            rx.foreach(PermissionsState.grants, _grant),
        ),
    )


def _grant(grant: rx.Var[GrantRow]) -> rx.Component:
    revoke = rx.el.button(
        "Revoke",
        type="button",
        class_name="button",
        aria_label="Revoke: " + grant.tool + ", " + grant.scope,
        on_click=PermissionsState.revoke(grant.id),
    )
    scope = rx.cond(
        grant.conversation,
        rx.el.a(grant.scope, href="/chat/" + grant.conversation, class_name="link"),
        rx.el.span(grant.scope, dir="auto"),
    )
    used = rx.cond(grant.used_at, rx.fragment("last used ", when(at=grant.used_at)), "not used yet")
    ends = rx.cond(grant.expires_at, rx.fragment(" · ends ", when(at=grant.expires_at)))
    return row(grant.tool, rx.fragment(scope, " · ", used, ends), revoke)
