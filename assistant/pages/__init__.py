"""The pages, one module each."""

from assistant.pages import chat, closed, not_found, settings, sign_in

PAGES = (*chat.PAGES, *settings.PAGES, *sign_in.PAGES, *closed.PAGES, *not_found.PAGES)
__all__ = ["PAGES"]
