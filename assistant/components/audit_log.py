"""The audit log."""

import reflex as rx

from assistant.components.scripts import script


class AuditLog(rx.Component):
    """Wraps audit_log.jsx."""

    library = script("audit_log.jsx")
    tag = "AuditLog"


audit_log = AuditLog.create
