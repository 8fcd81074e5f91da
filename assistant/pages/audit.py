"""The audit log: everything that was done for the user, and who allowed it."""

import reflex as rx

from assistant.components.audit_log import audit_log
from assistant.components.page_frame import page_frame
from assistant.state.audit import AuditState


def audit() -> rx.Component:
    """The page."""
    return page_frame(
        "Audit log",
        "Every tool that was used for you and every request to a model: what it did, who allowed "
        "it, and what it cost. Nothing in here can be changed.",
        audit_log(),
    )


PAGES = (
    {
        "component": audit,
        "route": "/audit",
        "title": "Audit log · Assistant",
        "on_load": [AuditState.load],
    },
)
