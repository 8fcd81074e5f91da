"""Every object that is answered has all fields that the SDK's types promise."""

from tests.stripe_local.shapes import CLASSES, blank
from tests.stripe_local.shop import Shop


def test_objects_have_the_fields_of_the_sdk(shop: Shop) -> None:
    server = shop.server
    shop.stop_time()
    alice = shop.customer()
    off = shop.v1.coupons.create({"percent_off": 50, "duration": "forever"}).id
    shop.v1.promotion_codes.create({"promotion": {"type": "coupon", "coupon": off}})
    sub = shop.subscribe(alice, discounts=[{"coupon": off}])
    shop.change(sub.id, shop.team)
    shop.v1.subscription_schedules.create({"from_subscription": sub.id})
    shop.v1.billing_portal.sessions.create({"customer": alice})
    shop.checkout(alice)
    server.refund(alice, 100)
    server.dispute(alice)
    held = {kind: server.all(kind) for kind in CLASSES}
    held["line_item"] = held["invoice"][0]["lines"]["data"]
    held["plan"] = [sub["items"].data[0].plan.to_dict()]
    held["item"] = server.find(held["checkout.session"][0]["id"], "line_items")["line_items"][
        "data"
    ]
    for kind, objects in held.items():
        assert objects, kind
        for each in objects:
            assert blank(kind).keys() <= each.keys(), kind
            assert not [name for name in each if name.startswith("_")], kind
