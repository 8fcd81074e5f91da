"""The pages, one module each."""

from assistant.pages import (
    admin,
    audit,
    billing,
    chat,
    closed,
    leaving,
    not_found,
    seat,
    settings,
    sign_in,
    signed_in,
    usage,
    verify,
)

PAGES = (
    *chat.PAGES,
    *settings.PAGES,
    *audit.PAGES,
    *usage.PAGES,
    *billing.PAGES,
    *admin.PAGES,
    *sign_in.PAGES,
    *signed_in.PAGES,
    *verify.PAGES,
    *seat.PAGES,
    *leaving.PAGES,
    *closed.PAGES,
    *not_found.PAGES,
)
__all__ = ["PAGES"]
