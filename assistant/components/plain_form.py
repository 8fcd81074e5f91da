"""A form that the browser itself sends: Reflex's own keeps every form from being sent."""

import reflex as rx
from reflex_components_core.el.element import Element


class PlainForm(Element):  # type: ignore[misc]  # the package has no types
    """<form> as HTML has it. action: the route; method: get or post."""

    tag = "form"

    action: rx.Var[str]
    method: rx.Var[str]


plain_form = PlainForm.create
