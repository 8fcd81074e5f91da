"""The tables, and nothing else."""

from assistant.models.allowance import Allowance, Reservation
from assistant.models.approval import Approval, ToolPermission
from assistant.models.audit import AuditHead
from assistant.models.base import Owned
from assistant.models.billing import StripeEvent, Subscription, UsageLog
from assistant.models.connection import Connection
from assistant.models.conversation import Conversation, Message
from assistant.models.file import File
from assistant.models.note import Note
from assistant.models.open_request import OpenRequest
from assistant.models.operator import Operator, OperatorVisit
from assistant.models.search import SearchSignature
from assistant.models.seat import Seat
from assistant.models.sign_in import LoginSession, RecoveryCode, SecondFactor, SignInAttempt
from assistant.models.turn import ToolExecution, Turn
from assistant.models.user import Identity, Profile, UserKey

__all__ = [
    "Allowance",
    "Approval",
    "AuditHead",
    "Connection",
    "Conversation",
    "File",
    "Identity",
    "LoginSession",
    "Message",
    "Note",
    "OpenRequest",
    "Operator",
    "OperatorVisit",
    "Owned",
    "Profile",
    "RecoveryCode",
    "Reservation",
    "SearchSignature",
    "Seat",
    "SecondFactor",
    "SignInAttempt",
    "StripeEvent",
    "Subscription",
    "ToolExecution",
    "ToolPermission",
    "Turn",
    "UsageLog",
    "UserKey",
]
