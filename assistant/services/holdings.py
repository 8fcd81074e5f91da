"""What is held of a user, table by table: where it stands in an export, and how it is erased.

Tests hold it against all tables, and `export.py` and `erasure.py` against it: a mark in every table
must be found where the list says, and nowhere after the erasure, so that what is new cannot be
forgotten. The bytes of files, which lie in no table, go with the rows of `files`.
"""

from collections.abc import Mapping
from typing import NamedTuple

WITH_PROFILE = "with the profile, on which the row hangs"


class Held(NamedTuple):
    """exported: where in the archive; if "", why_not says why it is in none. erased: how.

    but: its columns that are in no export nonetheless, each with the reason.
    """

    exported: str = ""
    why_not: str = ""
    erased: str = WITH_PROFILE
    but: Mapping[str, str] = {}


CONVERSATIONS = "conversations/"
TOOL_LOG = "tool_log.json"
USAGE = "usage.json"
SETTINGS = "settings.json"
APPROVALS = "approvals.json"
PERMISSIONS = "permissions.json"
NOTES = "notes.json"
SEATS = "seats.json"
FILES = "files/"
FILE_LIST = f"{FILES}list.json"
CONNECTIONS = "connections.json"
IDENTITIES = "identities.json"
SESSIONS = "sessions.json"

HOLDINGS: dict[str, Held] = {
    "user_keys": Held(why_not="keys: the archive is in clear and needs none"),
    "conversations": Held(CONVERSATIONS),
    "messages": Held(CONVERSATIONS),
    "search_signatures": Held(why_not="made anew from the messages wherever they are"),
    "turns": Held(why_not="how an answer was made; what it said stands with its conversation"),
    "tool_executions": Held(TOOL_LOG),
    "usage_logs": Held(USAGE),
    "open_requests": Held(why_not="requests on their way; a moment later they are in usage.json"),
    "audit_heads": Held(why_not="a number and a hash, by which the log is checked here"),
    "approvals": Held(APPROVALS),
    "tool_permissions": Held(PERMISSIONS),
    "notes": Held(NOTES),
    "files": Held(  # their objects are removed by their folder
        FILES,
        but={"key": "it opens the sealed file alone, and the archive holds the file in clear"},
    ),
    "connections": Held(
        CONNECTIONS,
        but={
            "secret": "the archive is in clear, and a password in it would let somebody else in",
        },
    ),
    "subscriptions": Held(SETTINGS),
    "seats": Held(SEATS),
    "stripe_events": Held(why_not="notices of a payment; what follows from them is in the plan"),
    "allowances": Held(why_not="sums of what stands in usage.json, for the limits of the plan"),
    "reservations": Held(why_not="what was set aside for an answer; what it cost is in usage.json"),
    "operators": Held(why_not="a role at this installation, which no archive can give"),
    "operator_visits": Held(why_not="the installation's note of who looked at everybody's sums"),
    "identities": Held(IDENTITIES),
    "login_sessions": Held(SESSIONS),
    "second_factors": Held(why_not="a secret that would help somebody else in"),
    "recovery_codes": Held(why_not="hashes of secrets"),
    "sign_in_attempts": Held(
        why_not="a browser's, not a user's",
        erased="by themselves within minutes: they are a browser's, not a user's",
    ),
    "profiles": Held(SETTINGS, erased="the row itself; everything else hangs on it"),
}
