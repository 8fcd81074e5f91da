"""Settings of security: ways to sign in, the second factor, devices."""

from typing import Any

import reflex as rx

from assistant.components.page_frame import row, section
from assistant.components.plain_form import plain_form
from assistant.components.scripts import script
from assistant.state.security import Browser, SecurityState, Way

ON_LOAD: tuple[Any, ...] = (SecurityState.load,)


class SecondFactor(rx.Component):
    """Wraps second_factor.jsx. on_change: it was set up. factor: see `SecurityState`."""

    library = script("second_factor.jsx")
    tag = "SecondFactor"

    factor: rx.Var[str]
    codes_left: rx.Var[int]
    on_change: rx.EventHandler[rx.event.no_args_event_spec]
    on_turn_off: rx.EventHandler[rx.event.no_args_event_spec]


class SureButton(rx.Component):
    """Wraps sure_button.jsx: a button that asks once more. name: for who does not see its row."""

    library = script("sure_button.jsx")
    tag = "SureButton"

    label: rx.Var[str]
    name: rx.Var[str]
    question: rx.Var[str]
    yes: rx.Var[str]
    on_yes: rx.EventHandler[rx.event.no_args_event_spec]


class When(rx.Component):
    """Wraps when.jsx: a moment (ISO 8601) by the browser's clock."""

    library = script("when.jsx")
    tag = "When"

    at: rx.Var[str]


sure_button = SureButton.create
when = When.create


def security_sections() -> rx.Component:
    """The sections, in order."""
    return rx.fragment(_ways(), _second_factor(), _devices())


def _ways() -> rx.Component:
    return section(
        "Ways to sign in",
        "Each of them opens this account.",
        rx.foreach(SecurityState.ways, _way),
        rx.foreach(SecurityState.offers, _offer),
    )


def _way(way: rx.Var[Way]) -> rx.Component:
    remove = sure_button(
        label="Remove",
        name="Remove " + way.provider + " " + way.label,
        question="Sign in this way no more? Your other devices are signed out.",
        yes="Remove",
        on_yes=SecurityState.unlink(way.id),
    )
    hint = rx.fragment(rx.el.span(way.label, dir="auto"), " · last used ", when(at=way.used_at))
    only = rx.el.small("Your only way in")
    return row(way.provider, hint, rx.cond(SecurityState.ways.length() > 1, remove, only))


def _offer(offer: rx.Var[dict[str, str]]) -> rx.Component:
    link = plain_form(
        rx.el.button(
            "Link", type="submit", class_name="button", aria_label="Link " + offer["label"]
        ),
        action="/auth/link/" + offer["id"],
        method="post",
    )
    return row(offer["label"], "Sign in by it, too. You show there that it is yours.", link)


def _second_factor() -> rx.Component:
    return section(
        "Second factor",
        "Something that only you have, beside your way to sign in.",
        SecondFactor.create(
            factor=SecurityState.factor,
            codes_left=SecurityState.codes_left,
            on_change=SecurityState.refresh,
            on_turn_off=SecurityState.turn_off_factor,
        ),
    )


def _devices() -> rx.Component:
    return section(
        "Devices",
        "Browsers in which you are signed in.",
        rx.foreach(SecurityState.devices, _device),
        rx.cond(SecurityState.devices.length() > 1, _everywhere_else()),
    )


def _device(device: rx.Var[Browser]) -> rx.Component:
    sign_out = rx.el.button(
        "Sign out",
        type="button",
        class_name="button",
        aria_label="Sign out " + device.label,
        on_click=SecurityState.revoke(device.id),
    )
    hint = rx.fragment(
        "Last seen ", when(at=device.seen_at), " · signed in ", when(at=device.signed_in_at)
    )
    return row(device.label, hint, rx.cond(device.current, _this_one(), sign_out))


def _this_one() -> rx.Component:
    return rx.el.span("This device", class_name="mine")


def _everywhere_else() -> rx.Component:
    everywhere = sure_button(
        label="Sign out everywhere else",
        question="Sign out every device but this one?",
        yes="Sign out",
        on_yes=SecurityState.revoke_others,
    )
    return row("All others", "Their pages close within seconds.", everywhere)
