"""All that a turn needs once its rows are written, and what its model is given of it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from hashlib import blake2b
from uuid import UUID
from zoneinfo import ZoneInfo

from assistant.agent.acts import Tool
from assistant.agent.gate import Permissions
from assistant.agent.history import fit
from assistant.agent.prompt import SYSTEM, Manner, continued, system_prompt
from assistant.agent.tools.web import web_search
from assistant.agent.types import Message, Request
from assistant.models import Connection
from assistant.services import pictures
from assistant.services.internet_access import vendor_may_search
from assistant.services.leases import Grip
from assistant.services.model_choice import Choice
from assistant.services.request_meter import Made
from assistant.services.tiers import Tier, allows
from assistant.vault import Vault


@dataclass(frozen=True, slots=True)
class Job:
    """One turn: where it stands, and what was said before it."""

    grip: Grip
    conversation_id: UUID
    vault: Vault
    messages: tuple[Message, ...]
    choice: Choice
    timezone: str
    manner: Manner
    goes_on: bool  # the messages end with words that broke off and are to be continued
    tier: Tier  # what its user may have
    tainted: bool  # others' text was read before, perhaps in what the messages no longer hold
    untitled: str  # the question, where the conversation has no title yet
    asked: Made | None = None  # the first request that is to be made, put down already
    connections: Sequence[Connection] = ()
    permitted: Permissions | None = None  # as the turn began

    async def given(self, tools: Iterable[Tool]) -> Request:
        """What the model is asked first. It begins as the one of the turn before did, so that
        vendors find the most of it in their caches.
        """
        said = continued(self.messages) if self.goes_on else self.messages
        fitting = fit(said, self.choice.history_tokens)
        return Request(
            system=system_prompt(_today(self.timezone), self.timezone, self.manner),
            messages=await pictures.shown(self.grip.user_id, fitting),
            tools=tuple(tools),
            max_output_tokens=self.choice.max_output_tokens,
            search=vendor_may_search(self.choice.model) and allows(self.tier, web_search),
            shared=len(SYSTEM),
            cache_key=blake2b(self.conversation_id.bytes, digest_size=16).hexdigest(),
        )


def _today(timezone: str) -> date:
    return datetime.now(ZoneInfo(timezone)).date()
