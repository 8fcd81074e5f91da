"""What the launcher says when the app is up: where it is, who answers, how to sign in."""

from assistant.agent.catalog import VENDORS
from assistant.config import Settings

ISSUERS = (
    ("google_client_id", "Google"),
    ("microsoft_client_id", "Microsoft"),
    ("github_client_id", "GitHub"),
)


def welcome(chosen: Settings) -> str:
    """One line for the terminal."""
    return f"Open {chosen.url} · {_who_answers(chosen)} · {_how_to_sign_in(chosen)}"


def _who_answers(chosen: Settings) -> str:
    first, *behind = [each.line for each in VENDORS.values() if getattr(chosen, each.key)] or [""]
    if not first:
        return "the built-in demo model answers: set ANTHROPIC_API_KEY for a real one"
    return f"{first} answers" + (f", {' and '.join(behind)} behind it" if behind else "")


def _how_to_sign_in(chosen: Settings) -> str:
    if chosen.local_sign_in:
        return "sign in by a name"
    issuers = [name for client, name in ISSUERS if getattr(chosen, client)]
    if not issuers:
        return "nobody can sign in: set GOOGLE_, MICROSOFT_ or GITHUB_CLIENT_ID and _SECRET"
    return f"sign in with {' or '.join(issuers)}"
