"""Every error that is raised on purpose, and who reads it.

    Exception
    ├── AssistantError            its text is for the user
    │   ├── ProviderError
    │   │   ├── ProviderUnavailable   try the next provider
    │   │   │   └── RequestNotSent        it never left us: the provider is not to blame
    │   │   └── ProviderRejected      the request itself is refused: do not try the next
    │   ├── CeilingReached            a turn took too many steps or too long
    │   ├── Refused                   the input is not one that we take
    │   ├── Busy                      a limit that passes by itself
    │   │   └── AllowanceSpent            the plan's, at the end of the month or of the day
    │   ├── NotFound                  no such thing, or not yours: the same answer
    │   ├── NotSignedIn
    │   ├── StepUpNeeded              the user must first prove again who they are
    │   ├── Leaving                   the account will be erased: it is closed until it is kept
    │   ├── SignInFailed              a provider's answer is none that signs anybody in
    │   │   └── GrantFailed               nor gives access to an account of the user's there
    │   ├── DatabaseAway              it restarts, or has no connection to spare
    │   ├── StorageAway               where files lie does not answer
    │   ├── BillingOff                nothing is sold here: there is no key of Stripe
    │   └── BillingAway               Stripe does not answer, or not as it should
    │       └── BillingRefused            it answers, and refuses this request
    ├── CannotStart               its text is for the operator: the launcher says it and exits
    └── ToolError                 its text is for the model
        ├── AccessRefused             an account that is connected does not let us in any more
        └── Gone                      what the call is about is not there any more

Anything else is a defect: it is logged whole and shown as one neutral sentence.
"""

from datetime import datetime
from math import ceil

UNEXPECTED = "Something went wrong on our side. What you wrote is kept; please try again."


class AssistantError(Exception):
    """Base of all errors whose text may be shown to the user."""


class ProviderError(AssistantError):
    """A model's vendor did not give an answer.

    provider: the vendor's name in our catalogue, "" when no single one is meant.
    usage: what the attempt cost (`assistant.agent.types.Usage`), None when it cost nothing.
    """

    def __init__(self, message: str, *, provider: str = "", usage: object | None = None) -> None:
        super().__init__(message)
        self.provider = provider
        self.usage = usage


class ProviderUnavailable(ProviderError):
    """Overloaded, out of quota, unreachable, cut off or silent: another provider may answer."""


class RequestNotSent(ProviderUnavailable):
    """The request could not be put into the vendor's form, which says nothing of the vendor."""


class ProviderRejected(ProviderError):
    """The vendor refused this request (too long, not allowed): another would be asked in vain."""


class CeilingReached(AssistantError):
    """A turn used up its steps or its time."""


class Refused(AssistantError):
    """The input breaks a rule that the sentence names.

    why: the word by which a page that is loaded anew knows the sentence, "" where there is none.
    """

    def __init__(self, message: str, *, why: str = "") -> None:
        super().__init__(message)
        self.why = why


class Busy(AssistantError):
    """A limit is reached that passes by itself; the sentence says when.

    minutes: until it has passed, 0 when that is not known. seconds: the same, where it is known
    so well.
    """

    def __init__(self, message: str, *, minutes: int = 0, seconds: int = 0) -> None:
        super().__init__(message)
        self.minutes = minutes
        self.seconds = seconds or minutes * 60


class AllowanceSpent(Busy):
    """What the plan allows is used up. until: when it begins anew."""

    def __init__(self, what: str, until: datetime) -> None:
        seconds = (until - datetime.now(until.tzinfo)).total_seconds()
        when = f"{until.day} {until:%B} at {until:%H:%M} UTC"
        super().__init__(
            f"{what} It begins anew on {when}. What you wrote is kept.",
            minutes=max(1, ceil(seconds / 60)),
        )
        self.until = until


class NotFound(AssistantError):
    """There is no such thing, or it belongs to someone else."""

    def __init__(self, what: str = "conversation") -> None:
        super().__init__(f"This {what} does not exist.")


class NotSignedIn(AssistantError):
    """Nobody is signed in on this request."""

    def __init__(self) -> None:
        super().__init__("Please sign in.")


class SessionRanOut(NotSignedIn):
    """Nobody has signed out: the time of the session is over."""


class StepUpNeeded(AssistantError):
    """The user must first prove again who they are.

    how: "sign-in" at a way to sign in, or "code" of the second factor. where: the page for it.
    """

    def __init__(self, how: str) -> None:
        sentence, self.where = STEPS_UP[how]
        super().__init__(sentence)
        self.how = how


STEPS_UP = {
    "sign-in": (
        "For this, sign in again first: your last sign-in is more than five minutes ago. "
        "Nothing was changed.",
        "/sign-in?again=1",
    ),
    "code": (
        "For this, give a code of your second factor first. Nothing was changed.",
        "/verify?again=1",
    ),
}


class Leaving(AssistantError):
    """The account will be erased, and is closed until it is kept."""

    def __init__(self) -> None:
        super().__init__(
            "Your account will be erased, so it is closed. Nothing was changed; keep the account "
            "to go on."
        )


class SignInFailed(AssistantError):
    """A sign-in by a provider did not succeed. why: the word by which the page knows a sentence."""

    def __init__(self, why: str = "refused") -> None:
        super().__init__("The sign-in was not completed. Nothing was changed; please try again.")
        self.why = why


class GrantFailed(SignInFailed):
    """A provider's answer gives no access to an account. why: as above, for the settings."""


class DatabaseAway(AssistantError):
    """The database does not answer now."""

    def __init__(self) -> None:
        super().__init__("The database is not answering. Nothing was lost; try again in a moment.")


class StorageAway(AssistantError):
    """Where files lie does not answer now."""

    def __init__(self) -> None:
        super().__init__(
            "The storage for files is not answering. Nothing was lost; try again in a moment."
        )


class BillingOff(AssistantError):
    """Nothing is sold here, so there is nothing to buy, change or cancel."""

    def __init__(self) -> None:
        super().__init__(
            "Billing is off on this server, so there is nothing to pay. Nothing was changed."
        )


class BillingAway(AssistantError):
    """Stripe does not answer now, or refuses what should be right."""

    sentence = (
        "Stripe, which takes the payments, is not answering. Your plan stays as it is; "
        "try again in a moment."
    )

    def __init__(self) -> None:
        super().__init__(self.sentence)


class BillingRefused(BillingAway):
    """Stripe answers, and does not do what was asked of it: what concerns others may well do."""

    sentence = (
        "Stripe, which takes the payments, did not accept this. Your plan stays as it is; if it "
        "happens again, ask whoever runs this server, whose log says why."
    )


class CannotStart(Exception):
    """The program cannot start; the sentence says what to do.

    It may name files and addresses of the machine, so it is for no user.
    """


class ToolError(Exception):
    """A tool could not do what it was asked; the model reads why."""


class AccessRefused(ToolError):
    """An account that the user has connected does not let us in: a wrong password, a lost grant."""


class Gone(ToolError):
    """What the call is about is not there any more: whoever wanted it gone has what they wanted."""
