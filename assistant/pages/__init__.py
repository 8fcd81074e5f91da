"""The pages, one module each."""

from assistant.pages import (
    admin,
    audit,
    chat,
    closed,
    leaving,
    not_found,
    settings,
    sign_in,
    usage,
    verify,
)

PAGES = (
    *chat.PAGES,
    *settings.PAGES,
    *audit.PAGES,
    *usage.PAGES,
    *admin.PAGES,
    *sign_in.PAGES,
    *verify.PAGES,
    *leaving.PAGES,
    *closed.PAGES,
    *not_found.PAGES,
)
__all__ = ["PAGES"]
