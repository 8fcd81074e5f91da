"""How much of what models read comes from their vendors' caches, in a talk of many turns."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from uuid import UUID

import asyncpg
import pytest
import uvloop

from assistant import database
from assistant.agent.catalog import VENDORS
from assistant.agent.prices import cost
from assistant.agent.providers.clients import close_clients
from assistant.agent.types import Usage
from assistant.config import settings
from assistant.services import background, turns
from assistant.services.accounts import sign_in_by_name
from assistant.services.sessions import who_is
from assistant.services.turn_begin import Wish
from assistant.services.turn_state import state_of
from tests.bench.load import Bench
from tests.bench.own_database import own_database
from tests.bench.report import Row
from tests.vendors import VendorServer
from tests.vendors.prefix_cache import PrefixCache

TURNS = 20
QUESTION = "Tell me about the part of the plan that comes now, and what it costs. " * 5
WORDS = f"{QUESTION} [[tokens=300]]"
PATHS = {"anthropic": "", "openai": "/v1", "google": ""}
LOOK_SECONDS = 0.02
_USED = """
    select provider, model,
           sum(input_tokens) as input_tokens, sum(cache_read_tokens) as cache_read_tokens,
           sum(cache_write_tokens) as cache_write_tokens, sum(output_tokens) as output_tokens
    from usage_logs where user_id = $1 and purpose = 'answer' group by provider, model
"""


def measure(_bench: Bench) -> list[Row]:
    """For each vendor, in a database of its own: the share, and what it spares."""
    with own_database() as (admin_url, _):
        return uvloop.run(_measure(admin_url))


async def _measure(admin_url: str) -> list[Row]:
    async with VendorServer(cache=PrefixCache()) as server:
        with _asking(server):
            used = {vendor: await _talk(admin_url, vendor) for vendor in VENDORS}
        await close_clients()
    await database.close()
    return [_row(vendor, usage) for vendor, usage in used.items()]


@contextmanager
def _asking(server: VendorServer) -> Iterator[None]:
    """All models are asked at this server."""
    with pytest.MonkeyPatch.context() as patch:
        for name, vendor in VENDORS.items():
            patch.setenv(vendor.key.upper(), "key")
            patch.setenv(vendor.url.upper(), server.url + PATHS[name])
        settings.cache_clear()
        yield
    settings.cache_clear()


async def _talk(admin_url: str, vendor: str) -> Usage:
    """What a conversation of so many turns has used, by our own books."""
    user = await who_is((await sign_in_by_name(f"Caller of {vendor}")).access)
    place: UUID | None = None
    for number in range(TURNS):
        wish = Wish(f"turn-{vendor}-{number}", model=VENDORS[vendor].default)
        started = await turns.send(user.id, place, WORDS, wish)
        place = started.conversation_id
        while (await state_of(user.id, started.turn_id)).status == "running":  # noqa: ASYNC110
            await asyncio.sleep(LOOK_SECONDS)  # a database tells nobody
    while background._tasks:
        await asyncio.gather(*background._tasks)
    admin = await asyncpg.connect(admin_url)
    (found,) = await admin.fetch(_USED, user.id)
    await admin.close()
    return Usage(**found)


def _row(vendor: str, used: Usage) -> Row:
    read = used.input_tokens + used.cache_read_tokens + used.cache_write_tokens
    at_full_price = cost(Usage(used.provider, used.model, read, used.output_tokens))
    spared = 100 * (1 - cost(used) / at_full_price) if at_full_price else Decimal(0)
    what = f"{TURNS} turns with {VENDORS[vendor].line}: read from the vendor's cache"
    note = f"of {read:,} tokens; {spared:.0f} % cheaper than without, answers included"
    return Row(what, 100 * used.cache_read_tokens / read, "%", 80, least=True, note=note)
