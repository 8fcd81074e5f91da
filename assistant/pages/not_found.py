"""What stands at an address where there is nothing."""

import reflex as rx


def not_found() -> rx.Component:
    """A sentence and a way back."""
    return rx.el.main(
        rx.el.div(
            rx.el.h1("There is nothing here"),
            rx.el.p("The address may be mistyped, or what it named is gone."),
            rx.el.a("To your conversations", href="/", class_name="button primary"),
            class_name="card",
        ),
        class_name="sign-in",
    )


PAGES = ({"component": not_found, "route": "404", "title": "Not found · Assistant"},)
