"""The tables, and nothing else."""

from assistant.models.base import Owned
from assistant.models.billing import Subscription, UsageLog
from assistant.models.conversation import Conversation, Message
from assistant.models.search import SearchSignature
from assistant.models.sign_in import LoginSession, RecoveryCode, SecondFactor, SignInAttempt
from assistant.models.turn import ToolExecution, Turn
from assistant.models.user import Identity, Profile, UserKey

__all__ = [
    "Conversation",
    "Identity",
    "LoginSession",
    "Message",
    "Owned",
    "Profile",
    "RecoveryCode",
    "SearchSignature",
    "SecondFactor",
    "SignInAttempt",
    "Subscription",
    "ToolExecution",
    "Turn",
    "UsageLog",
    "UserKey",
]
