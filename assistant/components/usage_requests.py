"""The table of single requests."""

import reflex as rx

from assistant.components.scripts import script


class UsageRequests(rx.Component):
    """Wraps usage_requests.jsx."""

    library = script("usage_requests.jsx")
    tag = "UsageRequests"


usage_requests = UsageRequests.create
