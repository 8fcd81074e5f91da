"""The page of the audit log. What it shows comes over HTTP and is never in this state."""

import reflex as rx

from assistant.state.base import BaseState
from assistant.state.elsewhere import leave


class AuditState(BaseState):
    """Nothing but the page's arrival."""

    @rx.event(background=True)
    async def load(self) -> None:
        """No conversation is open here."""
        await leave(self)
