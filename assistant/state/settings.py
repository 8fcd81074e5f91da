"""The settings page: what the user has chosen, and the commands that change it."""

from typing import Any

import reflex as rx

from assistant.errors import NotSignedIn
from assistant.state.base import BaseState
from assistant.state.chat import ChatState

HERE = "/settings"


class SettingsState(BaseState):
    """What the settings page shows."""

    @rx.event(background=True)
    async def load(self) -> Any:  # noqa: ANN401  (an event for Reflex)
        """No conversation is open here."""
        try:
            self._user_id()
        except NotSignedIn:
            return rx.redirect(f"/sign-in?next={HERE}")
        async with self:
            (await self.get_state(ChatState))._show(None)
        return None
