"""What stands where nobody can sign in."""

import reflex as rx


def closed() -> rx.Component:
    """Says why, and what the operator can do."""
    return rx.el.main(
        rx.el.div(
            rx.el.h1("Nobody can sign in yet"),
            rx.el.p(
                "Signing in by a name exists only where the server is reachable from its own "
                "machine alone, and no other way to sign in is set up here."
            ),
            class_name="card",
        ),
        class_name="sign-in",
    )


PAGES = ({"component": closed, "route": "/closed", "title": "Assistant"},)
