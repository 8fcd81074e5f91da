"""The bar above a conversation: its title and the model that answers."""

import reflex as rx

from assistant.components.menu import menu
from assistant.components.shell import drawer_button
from assistant.state.chat import ChatState


def topbar() -> rx.Component:
    """Drawer button (phone), title, model picker."""
    return rx.el.header(
        drawer_button(),
        rx.cond(
            ChatState.title,
            rx.el.h1(ChatState.title, class_name="title", dir="auto"),
            rx.el.div(class_name="title"),
        ),
        menu(
            rx.foreach(ChatState.models, _model),
            label="Model",
            caption=ChatState.model_label,
            look="pill",
            test_id="model-picker",
        ),
        class_name="topbar",
    )


def _model(model: rx.Var[dict[str, str]]) -> rx.Component:
    common = {"type": "button", "role": "menuitemradio", "class_name": "menu-item"}
    return rx.cond(
        model["plan"],
        rx.el.button(
            model["label"],
            rx.el.small(model["plan"] + " plan"),
            aria_checked="false",
            aria_disabled="true",
            **common,
        ),
        rx.el.button(
            model["label"],
            aria_checked=rx.cond(ChatState.model == model["id"], "true", "false"),
            on_click=[ChatState.pick(model["id"]), ChatState.keep_pick(model["id"])],
            **common,
        ),
    )
