"""What a page does when its session is over."""

import reflex as rx

from assistant.components.scripts import script


class SessionEnded(rx.Component):
    """Wraps session_ended.jsx: asks for signing in over the page, or leaves it.

    told: the server has refused an event of the page, because nobody is signed in.
    """

    library = script("session_ended.jsx")
    tag = "SessionEnded"

    told: rx.Var[bool]


session_ended = SessionEnded.create
