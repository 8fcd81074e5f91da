"""The sign-in page: a plain form, so that the server can set a cookie that no script reads."""

import reflex as rx

from assistant.components.plain_form import plain_form

BAD_NAME = "A name needs between 1 and 60 characters that can be seen."


def sign_in() -> rx.Component:
    """Sign in by a name; the route behind it exists on loopback only."""
    return rx.el.main(
        plain_form(
            rx.el.span(class_name="mark", aria_hidden="true"),
            rx.el.h1("Sign in"),
            rx.el.p("This server is only reachable from this machine, so a name is enough."),
            _fault(),
            rx.el.label("Your name", html_for="name"),
            rx.el.input(
                id="name",
                name="name",
                class_name="field",
                auto_complete="username",
                auto_focus=True,
                required=True,
                max_length=60,
            ),
            rx.el.button("Continue", type="submit", class_name="button primary"),
            action="/auth/login/local",
            method="post",
            class_name="card",
            data_testid="sign-in-local",
        ),
        class_name="sign-in",
    )


def _fault() -> rx.Component:
    error = rx.State.router.url.query_parameters.get("error", "")
    return rx.cond(error == "name", rx.el.p(BAD_NAME, class_name="error", role="alert"))


PAGES = ({"component": sign_in, "route": "/sign-in", "title": "Sign in · Assistant"},)
