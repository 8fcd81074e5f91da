"""The pages of ours that other parts lead to, and the paths to which anybody may be led back."""

import re
from urllib.parse import quote

SIGN_IN = "/sign-in"
VERIFY = "/verify"  # asks for the second factor
LEAVING = "/leaving"  # of an account that will be erased
CLOSED = "/closed"  # where no way to sign in exists
SETTINGS = "/settings"
AUDIT = "/audit"
BILLING = "/billing"
SEAT = "/seat"  # where an invitation is taken
USAGE = "/usage"
ADMIN = "/admin"  # the operator's; for everybody else there is nothing
OWN_PATH = re.compile(r"/(?:[A-Za-z0-9_-]+(?:/[A-Za-z0-9_-]+)*)?(?:\?[A-Za-z0-9_=&-]*)?")
NO_PAGES = ("/auth/", "/api/", "/_")
PATH_CHARACTERS = 200


def own_path(path: str) -> str:
    """The path if it is that of a page of ours, else "/": nobody is sent elsewhere."""
    fits = len(path) <= PATH_CHARACTERS and OWN_PATH.fullmatch(path)
    return path if fits and not path.startswith(NO_PAGES) else "/"


def with_next(page: str, path: str) -> str:
    """The address of a page of ours that leads on to this path, where that is one of ours, too."""
    here = own_path(path)
    return page if here == "/" else f"{page}{'&' if '?' in page else '?'}next={quote(here)}"
