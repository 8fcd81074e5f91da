"""The API's manners: refusals, idempotency, pages, expansion, faults."""

from concurrent.futures import ThreadPoolExecutor

import pytest
import stripe

from tests.stripe_local.server import LocalStripe
from tests.stripe_local.shop import Shop


def test_who_has_another_key_is_not_let_in(server: LocalStripe) -> None:
    client = stripe.StripeClient("sk_test_other", base_addresses={"api": server.url})
    with pytest.raises(stripe.AuthenticationError) as refused:
        client.v1.customers.list()
    assert refused.value.http_status == 401


def test_what_is_missing_is_told(server: LocalStripe) -> None:
    with pytest.raises(stripe.InvalidRequestError) as refused:
        server.client.v1.subscriptions.retrieve("sub_none")
    error = refused.value
    assert (error.http_status, error.code, error.param) == (404, "resource_missing", "id")
    assert error.request_id is not None
    with pytest.raises(stripe.InvalidRequestError) as named:
        server.client.v1.subscriptions.create({"customer": "cus_none"})
    assert (named.value.http_status, named.value.param) == (400, "customer")


@pytest.mark.parametrize(
    ("params", "says"),
    [
        ({"nickname": "x"}, "unknown parameter: nickname"),
        ({"address": {"planet": "x"}}, r"unknown parameter: address\[planet\]"),
        ({"balance": "much"}, "Invalid value for balance"),
        ({"tax_exempt": "perhaps"}, "Invalid value for tax_exempt"),
    ],
)
def test_parameters_are_those_of_the_sdk(server: LocalStripe, params: dict, says: str) -> None:
    with pytest.raises(stripe.InvalidRequestError, match=says):
        server.client.v1.customers.create(params)


def test_what_it_lacks_is_refused_by_name(shop: Shop) -> None:
    alice = shop.customer()
    with pytest.raises(stripe.InvalidRequestError, match="application_fee_percent") as refused:
        shop.subscribe(alice, application_fee_percent=3)
    assert refused.value.code == "local_stripe_lacks"
    with pytest.raises(stripe.InvalidRequestError, match="Unrecognized request URL"):
        shop.v1.tax_rates.list()


def test_a_card_that_is_refused(shop: Shop) -> None:
    with pytest.raises(stripe.CardError) as refused:
        shop.customer("pm_card_chargeDeclined")
    error = refused.value
    assert (error.http_status, error.code) == (402, "card_declined")
    assert error.error is not None
    assert error.error.decline_code == "generic_decline"
    assert error.user_message == "Your card was declined."


def test_without_a_card_nothing_begins(shop: Shop) -> None:
    alice = shop.customer(card="")
    with pytest.raises(stripe.InvalidRequestError, match="no attached payment source"):
        shop.subscribe(alice)
    assert shop.v1.subscriptions.list({"customer": alice, "status": "all"}).data == []


def test_the_same_key_gives_the_same_answer(server: LocalStripe) -> None:
    customers = server.client.v1.customers
    once = {"idempotency_key": "signs-up"}
    first, second = (customers.create({"name": "Alice"}, once) for _ in range(2))
    assert first.id == second.id
    assert len(customers.list().data) == 1
    assert second.last_response is not None
    assert second.last_response.headers["idempotent-replayed"] == "true"


def test_the_same_key_with_other_parameters_is_refused(server: LocalStripe) -> None:
    v1 = server.client.v1
    once = {"idempotency_key": "signs-up"}
    v1.customers.create({"name": "Alice"}, once)
    with pytest.raises(stripe.IdempotencyError) as refused:
        v1.customers.create({"name": "Bob"}, once)
    assert refused.value.http_status == 400
    with pytest.raises(stripe.IdempotencyError):
        v1.products.create({"name": "Alice"}, once)


def test_the_same_key_at_the_same_moment_makes_one(shop: Shop) -> None:
    alice = shop.customer()

    def buy(_: int) -> str:
        order = {"customer": alice, "items": [{"price": shop.pro}]}
        client = shop.server.client
        return client.v1.subscriptions.create(order, {"idempotency_key": "buys"}).id

    with ThreadPoolExecutor(8) as pool:
        names = set(pool.map(buy, range(8)))
    assert len(names) == 1
    assert len(shop.server.all("subscription")) == 1
    assert len(shop.server.all("charge")) == 1


def test_a_refusal_of_the_card_is_kept_with_its_key_and_a_mistake_is_not(shop: Shop) -> None:
    alice = shop.customer()
    order = {"customer": alice, "items": [{"price": shop.pro}]}
    careful = {**order, "payment_behavior": "error_if_incomplete"}
    shop.server.decline(alice)
    create = shop.v1.subscriptions.create
    for _ in range(2):
        with pytest.raises(stripe.CardError):
            create(careful, {"idempotency_key": "one"})
        shop.server.accept(alice)
    with pytest.raises(stripe.InvalidRequestError):
        create({**order, "customer": "cus_none"}, {"idempotency_key": "two"})
    assert create(order, {"idempotency_key": "two"}).status == "active"


def test_a_key_is_forgotten_after_a_day(server: LocalStripe) -> None:
    once = {"idempotency_key": "signs-up"}
    first = server.client.v1.customers.create({"name": "Alice"}, once)
    server.advance(int(server.now.timestamp()) + 2 * 86_400)
    assert server.client.v1.customers.create({"name": "Alice"}, once).id != first.id


def test_lists_come_in_pages_the_newest_first(server: LocalStripe) -> None:
    customers = server.client.v1.customers
    names = [customers.create({"name": str(number)}).id for number in range(7)]
    page = customers.list({"limit": 3})
    assert ([each.id for each in page.data], page.has_more) == (names[:3:-1], True)
    assert [each.id for each in page.auto_paging_iter()] == names[::-1]
    before = customers.list({"limit": 2, "ending_before": names[3]})
    assert [each.id for each in before.data] == [names[5], names[4]]
    found = customers.list({"created": {"gt": 4_000_000_000}})
    assert found.data == []


def test_events_are_found_by_type(shop: Shop) -> None:
    shop.subscribe(shop.customer())
    one = shop.v1.events.list({"type": "invoice.paid"}).data
    assert [each.data.object["status"] for each in one] == ["paid"]
    two = shop.v1.events.list({"types": ["invoice.paid", "customer.created"], "limit": 100}).data
    assert [each.type for each in two] == ["invoice.paid", "customer.created"]
    assert shop.v1.events.retrieve(one[0].id).id == one[0].id
    assert one[0].request is not None
    assert one[0].request.idempotency_key is not None


def test_ids_are_expanded_where_it_is_asked(shop: Shop) -> None:
    sub = shop.subscribe(shop.customer())
    paths = ["latest_invoice.payments", "customer", "items.data.price.product"]
    found = shop.v1.subscriptions.retrieve(sub.id, {"expand": paths})
    invoice, customer = found.latest_invoice, found.customer
    assert isinstance(invoice, stripe.Invoice)
    assert isinstance(customer, stripe.Customer)
    assert invoice.payments is not None
    assert invoice.payments.data[0].status == "paid"
    product = shop.item(found).price.product
    assert isinstance(product, stripe.Product)
    assert product.name == "Pro"
    listed = shop.v1.subscriptions.list({"expand": ["data.customer"]})
    assert isinstance(listed.data[0].customer, stripe.Customer)
    with pytest.raises(stripe.InvalidRequestError, match="cannot be expanded"):
        shop.v1.subscriptions.retrieve(sub.id, {"expand": ["colour"]})


def test_lookup_keys_find_prices_and_belong_to_one(shop: Shop) -> None:
    found = shop.v1.prices.list({"lookup_keys": ["team", "pro", "none"]}).data
    assert {each.id for each in found} == {shop.pro, shop.team}
    terms = {"unit_amount": 1, "currency": "usd", "product_data": {"name": "Other"}}
    with pytest.raises(stripe.InvalidRequestError, match="already uses that lookup key"):
        shop.v1.prices.create({**terms, "lookup_key": "pro"})
    moved = shop.v1.prices.create({**terms, "lookup_key": "pro", "transfer_lookup_key": True})
    assert shop.v1.prices.list({"lookup_keys": ["pro"]}).data[0].id == moved.id
    assert shop.v1.prices.retrieve(shop.pro).lookup_key is None


def test_it_can_be_out_of_order(server: LocalStripe) -> None:
    server.fail(500, 429, 200, 503)
    customers = server.client.v1.customers
    with pytest.raises(stripe.APIError):
        customers.list()
    with pytest.raises(stripe.RateLimitError):
        customers.list()
    customers.list()
    with pytest.raises(stripe.APIError):
        customers.list()
    assert server.asked == ["GET /v1/customers"] * 4


def test_an_answer_that_is_lost_is_found_again_by_its_key(server: LocalStripe) -> None:
    server.lose_answer()
    patient = stripe.StripeClient(
        server.key, base_addresses={"api": server.url}, max_network_retries=2
    )
    made = patient.v1.customers.create({"name": "Alice"})
    assert [each.id for each in server.client.v1.customers.list().data] == [made.id]
    assert server.asked.count("POST /v1/customers") == 2
    server.lose_answer()
    with pytest.raises(stripe.APIConnectionError):
        server.client.v1.customers.create({"name": "Bob"})
    assert len(server.all("customer")) == 2


def test_a_customer_that_is_deleted_ends_its_subscriptions(shop: Shop) -> None:
    alice = shop.customer()
    sub = shop.subscribe(alice)
    assert shop.v1.customers.delete(alice).deleted
    assert shop.subscription(sub.id).status == "canceled"
    assert shop.v1.customers.retrieve(alice).deleted
    with pytest.raises(stripe.InvalidRequestError, match="No such customer"):
        shop.v1.customers.update(alice, {"name": "Alice"})
