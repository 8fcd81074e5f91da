"""The hosted pages, as a browser asks for them."""

from collections.abc import Iterator

import httpx2
import pytest
import stripe

from tests.stripe_local.shop import Shop


@pytest.fixture
def visitor() -> Iterator[httpx2.Client]:
    """It follows no redirects, so that they can be looked at."""
    with httpx2.Client(trust_env=False) as client:
        yield client


def test_who_pays_is_sent_back(shop: Shop, visitor: httpx2.Client) -> None:
    alice = shop.customer(card="")
    session = shop.checkout(alice)
    page = visitor.get(str(session.url)).text
    assert "Pay $29.00" in page
    assert 'id="decline"' in page
    assert 'href="http://app.test/billing"' in page
    assert 'id="code"' not in page
    went = visitor.post(str(session.url), data={"do": "pay", "card": "4242 4242 4242 4242"})
    back = f"http://app.test/billing?session_id={session.id}"
    assert (went.status_code, went.headers["location"]) == (303, back)
    sub = shop.v1.subscriptions.list({"customer": alice}).data[0]
    assert (sub.status, bool(sub.default_payment_method)) == ("active", True)
    again = visitor.post(str(session.url), data={"do": "pay", "card": "4242 4242 4242 4242"})
    assert again.headers["location"] == back
    assert len(shop.v1.subscriptions.list({"customer": alice}).data) == 1


@pytest.mark.parametrize("typed", [{"do": "decline"}, {"do": "pay", "card": "4000000000000341"}])
def test_who_is_declined_may_try_again(shop: Shop, visitor: httpx2.Client, typed: dict) -> None:
    alice = shop.customer(card="")
    session = shop.checkout(alice)
    page = visitor.post(str(session.url), data=typed)
    assert '<p role="alert">Your card was declined.</p>' in page.text
    assert shop.v1.checkout.sessions.retrieve(session.id).status == "open"
    assert shop.v1.subscriptions.list({"customer": alice, "status": "all"}).data == []
    went = visitor.post(str(session.url), data={"do": "pay", "card": "5555 5555 5555 4444"})
    assert went.status_code == 303


def test_a_trial_costs_nothing_today(shop: Shop, visitor: httpx2.Client) -> None:
    alice = shop.customer(card="")
    session = shop.checkout(alice, subscription_data={"trial_period_days": 14})
    page = visitor.get(str(session.url)).text
    assert "Start trial" in page
    assert "14 days free, then $29.00." in page
    visitor.post(str(session.url), data={"do": "pay", "card": "4242424242424242"})
    paid = shop.v1.checkout.sessions.retrieve(session.id)
    assert (paid.payment_status, paid.amount_total) == ("no_payment_required", 0)
    assert shop.v1.subscriptions.list({"customer": alice}).data[0].status == "trialing"


def test_a_code_changes_what_is_due(shop: Shop, visitor: httpx2.Client) -> None:
    off = shop.v1.coupons.create({"percent_off": 50, "duration": "forever"}).id
    promotion = {"type": "coupon", "coupon": off}
    shop.v1.promotion_codes.create({"promotion": promotion, "code": "HALF"})
    session = shop.checkout(shop.customer(card=""), allow_promotion_codes=True)
    page = visitor.post(str(session.url), data={"do": "apply", "code": "HALF", "card": ""})
    assert '<td id="due">$14.50</td>' in page.text
    assert 'value="HALF"' in page.text
    wrong = visitor.post(str(session.url), data={"do": "apply", "code": "NONE", "card": ""})
    assert "This code is invalid." in wrong.text


def test_a_session_that_has_expired_takes_nothing(shop: Shop, visitor: httpx2.Client) -> None:
    session = shop.checkout(shop.customer(card=""))
    assert shop.v1.checkout.sessions.expire(session.id).status == "expired"
    went = visitor.post(str(session.url), data={"do": "pay", "card": "4242424242424242"})
    assert went.status_code == 410
    with pytest.raises(stripe.InvalidRequestError, match="status of expired"):
        shop.v1.checkout.sessions.expire(session.id)
    shop.checkout(customer_email="new@example.com")
    shop.server.advance(int(shop.server.now.timestamp()) + 2 * 86_400)
    assert [each["status"] for each in shop.server.all("checkout.session")] == ["expired"] * 2
    assert len(shop.server.events("checkout.session.expired")) == 2


@pytest.mark.parametrize(
    ("terms", "says"),
    [
        ({"success_url": "/billing"}, "Not a valid URL"),
        ({"client_reference_id": "x" * 201}, "up to 200 characters"),
        ({"expires_at": 1}, "between 30 minutes and 24 hours"),
        ({"subscription_data": {"trial_period_days": 0}}, "at least one day"),
        ({"allow_promotion_codes": True, "discounts": [{"coupon": "x"}]}, "only specify one"),
        ({"customer_email": "a@b.c", "customer": "cus_x"}, "only specify one"),
        ({"line_items": [{"price": "price_none"}]}, "No such price"),
        ({"mode": "payment"}, "does not know"),
    ],
)
def test_a_session_that_stripe_would_not_make(shop: Shop, terms: dict, says: str) -> None:
    with pytest.raises(stripe.InvalidRequestError, match=says):
        shop.checkout(**terms)
    assert shop.server.all("checkout.session") == []


def test_a_stranger_becomes_a_customer(shop: Shop) -> None:
    session = shop.checkout(customer_email="new@example.com")
    shop.server.pay(str(session.url))
    paid = shop.v1.checkout.sessions.retrieve(session.id, {"expand": ["customer", "line_items"]})
    assert isinstance(paid.customer, stripe.Customer)
    assert paid.customer.email == "new@example.com"
    assert paid.line_items is not None
    assert [each.quantity for each in paid.line_items.data] == [1]


def test_the_portal_changes_the_card_and_cancels_and_resumes(
    shop: Shop, visitor: httpx2.Client
) -> None:
    alice = shop.customer()
    sub = shop.subscribe(alice)
    order = {"customer": alice, "return_url": "http://app.test/billing"}
    url = shop.v1.billing_portal.sessions.create(order).url
    page = visitor.get(url).text
    assert 'href="http://app.test/billing"' in page
    assert "Renews on" in page
    act = {"do": "cancel", "subscription": sub.id}
    assert "ends with its period" in visitor.post(url, data=act).text
    ends = shop.item(shop.subscription(sub.id)).current_period_end
    left = shop.subscription(sub.id)
    assert (left.cancel_at_period_end, left.cancel_at) == (False, ends)
    act = {"do": "resume", "subscription": sub.id}
    assert "goes on" in visitor.post(url, data=act).text
    assert shop.subscription(sub.id).cancel_at is None
    taken = visitor.post(url, data={"do": "card", "card": "5555555555554444"}).text
    assert "pays from now on" in taken
    expand = {"expand": ["invoice_settings.default_payment_method"]}
    settings = shop.v1.customers.retrieve(alice, expand).invoice_settings
    assert settings is not None
    assert isinstance(settings.default_payment_method, stripe.PaymentMethod)
    assert settings.default_payment_method.card is not None
    assert settings.default_payment_method.card.brand == "mastercard"
    refused = visitor.post(url, data={"do": "card", "card": "4000000000000002"}).text
    assert "Your card was declined." in refused


def test_the_portal_shows_only_its_own_customer(shop: Shop, visitor: httpx2.Client) -> None:
    other = shop.subscribe(shop.customer())
    url = shop.v1.billing_portal.sessions.create({"customer": shop.customer()}).url
    answer = visitor.post(url, data={"do": "cancel", "subscription": other.id}).text
    assert "There is no such subscription." in answer
    assert shop.subscription(other.id).cancel_at is None


def test_an_invoice_has_a_page_and_a_pdf(shop: Shop, visitor: httpx2.Client) -> None:
    bill = shop.invoices(shop.subscribe(shop.customer()).id)[0]
    page = visitor.get(str(bill.hosted_invoice_url)).text
    assert str(bill.number) in page
    file = visitor.get(str(bill.invoice_pdf))
    assert file.headers["content-type"] == "application/pdf"
    assert file.content.startswith(b"%PDF-1.4")


def test_an_open_invoice_is_paid_on_its_page(shop: Shop, visitor: httpx2.Client) -> None:
    alice = shop.customer()
    shop.server.decline(alice)
    sub = shop.subscribe(alice)
    url = str(shop.invoices(sub.id)[0].hosted_invoice_url)
    assert "declined" in visitor.post(url, data={"do": "pay", "card": "4000000000000341"}).text
    paid = visitor.post(url, data={"do": "pay", "card": "4242424242424242"}).text
    assert "this invoice is paid" in paid
    assert shop.subscription(sub.id).status == "active"


def test_there_is_nothing_elsewhere(shop: Shop, visitor: httpx2.Client) -> None:
    for path in ("/pay/cs_none", "/portal/bps_none", "/invoices/in_none"):
        assert visitor.get(shop.server.url + path).status_code == 404
