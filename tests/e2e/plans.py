"""What befalls somebody's plan from outside: a month goes by, a payment comes, or ends."""

import asyncpg

from assistant.local.postgres import running
from tests.e2e.app import App
from tests.e2e.people import Person

_USED = "update allowances set messages = $2 where kind = 'month' and user_id = $1"
_PAID = "update subscriptions set tier = $2, status = 'active' where user_id = $1"


async def used(app: App, person: Person, messages: int) -> None:
    """They have sent so many messages this month."""
    await _write(app, _USED, person, messages)


async def paid(app: App, person: Person, tier: str) -> None:
    """They have this plan from now on."""
    await _write(app, _PAID, person, tier)


async def _write(app: App, sql: str, person: Person, value: object) -> None:
    with running(app.data / "postgres") as url:
        admin = await asyncpg.connect(url)
        try:
            await admin.execute(sql, await person.id(), value)
        finally:
            await admin.close()
