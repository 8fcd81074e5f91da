"""What the user is shown of a call that waits: a card, bound to the very arguments of the call."""

import hmac
import json
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from assistant.agent.acts import Act, Arguments
from assistant.agent.types import ToolAsked
from assistant.services import contents
from assistant.vault import Vault

Card = dict[str, Any]
KEPT = timedelta(days=7)  # then it has run out, which is a No
PURPOSE = "approvals"


def card_of(asked: ToolAsked, vault: Vault) -> Card:
    """The card of a call, a value of JSON.

    id: that of the approval. shown: stands for these arguments. rule: the grant that allows it.
    delay: seconds in which an allowed call can be taken back, and run_at: when they are over.
    status: see `models/approval.py`.
    """
    approval_id = uuid4()
    return {
        "id": str(approval_id),
        "shown": shown(approval_id, asked.call.name, asked.call.arguments, vault),
        "status": "approved" if asked.act.rule else "pending",
        "rule": asked.act.rule,
        "delay": asked.delay,
        "run_at": run_at(asked.delay) if asked.act.rule else "",
        "expires": (datetime.now(UTC) + KEPT).isoformat(),
        **facts(asked.act),
    }


def run_at(delay: float) -> str:
    """When a call runs that is allowed now: for the eye, the database's clock decides."""
    return (datetime.now(UTC) + timedelta(seconds=delay)).isoformat()


def facts(act: Act) -> Card:
    """What the call would do, to whom, and who has named them."""
    intent = act.intent
    origins = act.origins or ("user",) * len(intent.targets)
    return {
        "effect": str(intent.effect),
        "sentence": intent.sentence,
        "targets": [
            {"kind": target.kind, "value": target.value, "origin": origin}
            for target, origin in zip(intent.targets, origins, strict=True)
        ],
    }


def shown(approval_id: UUID, tool: str, arguments: Arguments, vault: Vault) -> str:
    """What stands for these arguments of this one call; whoever lacks the user's keys cannot guess
    them from it."""
    stored = json.loads(contents.dump(dict(arguments)))
    canonical = json.dumps([str(approval_id), tool, stored], sort_keys=True)
    return hmac.new(vault.derived(PURPOSE), canonical.encode(), "sha256").hexdigest()
