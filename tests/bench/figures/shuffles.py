"""A thousand shuffles of Stripe's notices, each of them five times: does all end as Stripe has it?

In a database of its own, with an account of Stripe's in this process. It takes half an hour.
"""

import logging
import os

import psutil
import structlog
import uvloop

from assistant import database
from assistant.config import settings
from assistant.services import stripe_client
from tests.bench.load import Bench
from tests.bench.machine import Others, cpu
from tests.bench.own_database import own_database
from tests.bench.report import Row, say
from tests.services.paying import as_read
from tests.services.plan_lives import as_never_heard, at_stripe, carry_mixed, lives_of_four
from tests.services.talk import rows
from tests.stripe_local import LocalStripe

SHUFFLES, QUICK_SHUFFLES = 1_000, 3
TOLD_EVERY = 50


def measure(bench: Bench) -> list[Row]:
    """How many of the four people's plans were not as Stripe has them after a shuffle."""
    unheard = structlog.make_filtering_bound_logger(logging.WARNING)  # each ignored notice
    structlog.configure(wrapper_class=unheard)
    times = QUICK_SHUFFLES if bench.quick else SHUFFLES
    with own_database() as (admin_url, _), LocalStripe() as account:
        os.environ.update(account.settings())
        settings.cache_clear()
        return [uvloop.run(_shuffled(account, admin_url, times))]


async def _shuffled(account: LocalStripe, admin_url: str, times: int) -> Row:
    await rows(admin_url, "alter system set synchronous_commit = off")  # nobody pulls the plug
    await rows(admin_url, "select pg_reload_conf()")
    people = await lives_of_four(account)
    wanted = [await at_stripe(person) for person in people]
    events, sent, wrong = account.events(), 0, 0
    others, before = Others(), cpu(psutil.Process().pid)
    for seed in range(times):
        await as_never_heard(admin_url, people)
        sent += await carry_mixed(account, events, seed)
        found = [await as_read(person) for person in people]
        wrong += sum(one != other for one, other in zip(found, wanted, strict=True))
        if (seed + 1) % TOLD_EVERY == 0:
            say(f"  {seed + 1} shuffles, {wrong} plans other than Stripe's")
    spent = (cpu(psutil.Process().pid) - before).whole
    await stripe_client.close()
    await database.close()
    note = f"{sent:,} notices; {spent / 60:.1f} minutes of CPU"
    name = f"{times:,} shuffles of {len(events)} notices, each five times: plans that are wrong"
    return Row(name, wrong, "plans", 0, others=others.cores(), note=note)
