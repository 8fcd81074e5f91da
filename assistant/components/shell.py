"""The frame of the signed-in app and what lies above it."""

import reflex as rx

from assistant.components.scripts import script


class Shell(rx.Component):
    """Wraps shell.jsx: the sidebar, then the main part."""

    library = script("shell.jsx")
    tag = "Shell"


class DrawerButton(rx.Component):
    """Opens the sidebar on a phone."""

    library = script("shell.jsx")
    tag = "DrawerButton"


class Toast(rx.Component):
    """Wraps toast.jsx. text: "" shows nothing; seconds: how long it stays."""

    library = script("toast.jsx")
    tag = "Toast"

    text: rx.Var[str]
    action: rx.Var[str]
    seconds: rx.Var[int]
    on_action: rx.EventHandler[rx.event.no_args_event_spec]
    on_close: rx.EventHandler[rx.event.no_args_event_spec]


class PaymentDue(rx.Component):
    """Wraps payment_due.jsx: a line above every page. text: "" while nothing is due."""

    library = script("payment_due.jsx")
    tag = "PaymentDue"

    text: rx.Var[str]


shell = Shell.create
payment_due = PaymentDue.create
drawer_button = DrawerButton.create
toast = Toast.create
