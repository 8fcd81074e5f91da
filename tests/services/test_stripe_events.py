"""Notices: forged, doubled, shuffled, late and lost ones; in the end it is as Stripe has it."""

import asyncio
import time
from datetime import timedelta

import pytest
from stripe import WebhookSignature

from assistant.config import settings
from assistant.errors import BillingAway, BillingOff, Refused
from assistant.services import checkout, entitlement, reconcile, stripe_events
from tests.services.paying import as_read, carry, sells, shuffled, stripe
from tests.services.plan_lives import as_never_heard, at_stripe, carry_mixed, lives_of_four
from tests.services.talk import rows

__all__ = ["sells", "stripe"]
BODY = b'{"object": "event", "id": "evt_1", "type": "invoice.paid", "data": {"object": {}}}'


def signed(body, secret, at=None):
    return WebhookSignature.generate_signature_header(body.decode(), secret, timestamp=at)


async def test_a_notice_of_stripes_is_known_by_its_signature(sells):
    notice = stripe_events.verified(BODY, signed(BODY, sells.webhook_secret))
    assert (notice.id, notice.type) == ("evt_1", "invoice.paid")


async def test_forged_old_and_unsigned_ones_are_refused(sells):
    good = signed(BODY, sells.webhook_secret)
    late = signed(BODY, sells.webhook_secret, int(time.time()) - 301)
    for body, signature in (
        (BODY, ""),
        (BODY, "nonsense"),
        (BODY, "t=1,v1=\xff"),
        (BODY, signed(BODY, "whsec_of_another")),
        (BODY, late),
        (BODY + b" ", good),
        (b"", good),
        (b"\xff", good),
    ):
        with pytest.raises(Refused):
            stripe_events.verified(body, signature)


async def test_without_a_secret_none_is_believed(sells, monkeypatch):
    good = signed(BODY, "")
    monkeypatch.setenv("STRIPE_WEBHOOK_SECRET", "")
    settings.cache_clear()
    with pytest.raises(BillingOff):
        stripe_events.verified(BODY, good)


async def test_a_payment_is_heard_of_without_the_way_back(sells, alice):
    sells.pay(await checkout.checkout(alice.id, "team", 2))
    assert (await as_read(alice))[0] == "free"
    await carry(sells, sells.events())
    assert (await as_read(alice))[:3] == ("team", "active", 2)


async def test_each_notice_is_taken_once_and_stripe_is_asked_once_for_it(sells, alice, db):
    sells.pay(await checkout.checkout(alice.id, "team"))
    for _ in range(5):
        await carry(sells, sells.events())
    asked = len(sells.asked)
    await carry(sells, sells.events())
    assert len(sells.asked) == asked
    taken = await rows(db, "select * from stripe_events where user_id = $1", alice.id)
    known = [e["id"] for e in sells.events() if e["type"].startswith(stripe_events.TELLING)]
    assert sorted(each["event_id"] for each in taken) == sorted(known)
    assert {each["status"] for each in taken} == {"done"}


async def test_the_same_notice_five_times_at_once_is_one(sells, alice, db):
    sells.pay(await checkout.checkout(alice.id, "team"))
    (paid,) = sells.events("invoice.paid")
    await asyncio.gather(*(carry(sells, [paid]) for _ in range(5)))
    taken = await rows(db, "select tries from stripe_events where event_id = $1", paid["id"])
    assert [each["tries"] for each in taken] == [1]
    assert (await as_read(alice))[0] == "team"


async def test_what_concerns_nobody_here_changes_nothing(sells, alice, db):
    client = sells.client.v1
    other = client.customers.create({"metadata": {"user_id": str(alice.id)}})
    before = await rows(db, "select * from subscriptions where user_id = $1", alice.id)
    price = client.prices.create(
        {
            "currency": "usd",
            "unit_amount": 1,
            "recurring": {"interval": "month"},
            "product_data": {"name": "x"},
        }
    )
    card = client.payment_methods.attach("pm_card_visa", {"customer": other.id})
    client.customers.update(other.id, {"invoice_settings": {"default_payment_method": card.id}})
    client.subscriptions.create({"customer": other.id, "items": [{"price": price.id}]})
    assert len(sells.events()) > 3
    await carry(sells, sells.events())
    assert await rows(db, "select * from subscriptions where user_id = $1", alice.id) == before
    assert await rows(db, "select * from stripe_events where user_id = $1", alice.id) == []


async def test_what_was_not_taken_is_remembered_and_taken_when_it_comes_again(sells, alice, db):
    sells.pay(await checkout.checkout(alice.id, "team"))
    (paid,) = sells.events("invoice.paid")
    for _ in range(2):
        sells.fail(*[503] * 3)
        with pytest.raises(BillingAway):
            await carry(sells, [paid])
    sql = "select status, reason, tries, type from stripe_events where event_id = $1"
    (failed,) = await rows(db, sql, paid["id"])
    assert tuple(failed.values()) == ("failed", "BillingAway", 2, "invoice.paid")
    assert (await as_read(alice))[0] == "free"
    await carry(sells, [paid])
    (done,) = await rows(db, sql, paid["id"])
    assert (done["status"], done["tries"]) == ("done", 3)
    assert (await as_read(alice))[0] == "team"


async def test_a_thousand_shuffled_and_doubled_notices_end_as_stripe_has_it(sells, db):
    people = await lives_of_four(sells)
    wanted = [await at_stripe(person) for person in people]
    assert len({each[:3] for each in wanted}) == 4
    events, sent = sells.events(), 0
    for seed in range(2):
        await as_never_heard(db, people)
        sent += await carry_mixed(sells, events, seed)
        assert [await as_read(person) for person in people] == wanted
    assert sent >= 1_000


async def test_notices_that_come_three_days_late_change_nothing_any_more(sells, db):
    people = await lives_of_four(sells)
    for person in people:
        await entitlement.catch_up(person.id)
    wanted = [await as_read(person) for person in people]
    sells.advance(timedelta(days=3))
    await carry(sells, reversed(sells.events()))
    assert [(await as_read(person))[:4] for person in people] == [each[:4] for each in wanted]
    assert [await as_read(person) for person in people] == [
        await at_stripe(person) for person in people
    ]


async def test_what_is_lost_is_found_by_one_round_of_asking(sells, db):
    people = await lives_of_four(sells)
    await as_never_heard(db, people)
    kept = shuffled(sells.events(), 7)
    await carry(sells, kept[: len(kept) * 8 // 10])
    await as_never_heard(db, people[:2])  # of these even more was lost
    ids = [person.id for person in people]
    await rows(db, "update subscriptions set check_at = now() where user_id = any($1)", ids)
    await reconcile.reconcile_once()
    assert [await as_read(person) for person in people] == [
        await at_stripe(person) for person in people
    ]
