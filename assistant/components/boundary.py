"""What stands where a page could not be drawn: a sentence and a way on, never a trace."""

import reflex as rx
from reflex_base.vars.function import ArgsFunctionOperation
from reflex_components_core.base.error_boundary import ErrorBoundary


def boundary() -> rx.Component:
    """Wraps all pages."""
    apology = rx.el.main(
        rx.el.div(
            rx.el.h1("This page could not be shown"),
            rx.el.p("Your conversations are kept on the server. Reload to go on."),
            rx.el.a("Reload", href="/", reload_document=True, class_name="button primary"),
            class_name="card",
        ),
        class_name="sign-in",
    )
    shown = ArgsFunctionOperation.create(("fault",), rx.Var.create(apology))
    return ErrorBoundary.create(fallback_render=shown, on_error=rx.noop())
