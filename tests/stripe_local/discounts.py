"""Coupons, promotion codes, and what they take off."""

import secrets
from fractions import Fraction

from stripe import params as takes

from tests.stripe_local.calls import Call, list_of, retrieve, with_fields
from tests.stripe_local.form import Fields
from tests.stripe_local.periods import after, rounded
from tests.stripe_local.problems import invalid
from tests.stripe_local.world import World

COUPON = ("name", "percent_off", "amount_off", "currency", "duration", "duration_in_months",
          "max_redemptions", "redeem_by")  # fmt: skip


def create_coupon(world: World, params: Fields) -> Fields:
    """One more coupon."""
    if ("percent_off" in params) == ("amount_off" in params):
        raise invalid("You must pass exactly one of `percent_off` or `amount_off`.")
    name = params.get("id") or secrets.token_hex(4)
    if name in world.objects.kinds["coupon"]:
        raise invalid("Coupon already exists.", "id", "resource_already_exists")
    coupon = world.add("coupon", id=name, duration="once", valid=True)
    with_fields(coupon, params, *COUPON)
    world.emit("coupon.created", coupon)
    return coupon


def create_promotion_code(world: World, params: Fields) -> Fields:
    """One more code that customers may type."""
    coupon = world.objects.get("coupon", params["promotion"].get("coupon", ""), "coupon", 400)
    code = params.get("code") or secrets.token_hex(4).upper()
    if _promotion(world, code):
        raise invalid(f"An active promotion code with `code: {code}` already exists.", "code")
    promotion = world.add(
        "promotion_code",
        active=True,
        code=code,
        promotion={"type": "coupon", "coupon": coupon["id"]},
    )
    with_fields(promotion, params, "active", "customer", "expires_at", "max_redemptions")
    world.emit("promotion_code.created", promotion)
    return promotion


def update_promotion_code(world: World, params: Fields, name: str) -> Fields:
    """Turn it on or off."""
    promotion = world.objects.get("promotion_code", name)
    with world.changing(promotion, "promotion_code.updated"):
        with_fields(promotion, params, "active")
    return promotion


def _promotion(world: World, code: str) -> Fields | None:
    active = world.objects.all("promotion_code", active=True)
    return next((each for each in active if each["code"].upper() == code.upper()), None)


def typed_code(world: World, code: str, customer: str | None) -> Fields:
    """The discount of a code that a customer has typed. Raises Problem."""
    found = _promotion(world, code)
    now = world.now(customer)
    if (
        found is None
        or found["customer"] not in (None, customer)
        or (found["expires_at"] or now + 1) <= now
        or found["times_redeemed"] >= (found["max_redemptions"] or found["times_redeemed"] + 1)
    ):
        raise invalid("This code is invalid.", "promotion_code")
    return {"promotion_code": found["id"]}


def redeemed(world: World, given: list[Fields], customer: str, **owner: str) -> list[str]:
    """Discounts of coupons and codes, for a customer; returns their ids. Raises Problem."""
    return [_redeem(world, each, customer, owner)["id"] for each in given]


def _redeem(world: World, given: Fields, customer: str, owner: Fields) -> Fields:
    if "discount" in given:
        return world.objects.get("discount", given["discount"], "discounts", 400)
    promotion = None
    if "promotion_code" in given:
        name = given["promotion_code"]
        promotion = world.objects.get("promotion_code", name, "discounts", 400)
        promotion["times_redeemed"] += 1
    name = promotion["promotion"]["coupon"] if promotion else given.get("coupon", "")
    coupon = world.objects.get("coupon", name, "discounts", 400)
    now = world.now(customer)
    if coupon["times_redeemed"] >= (coupon["max_redemptions"] or coupon["times_redeemed"] + 1):
        raise invalid(f"Coupon {name} is used up.", "discounts", "coupon_expired")
    if (coupon["redeem_by"] or now) < now:
        raise invalid(f"Coupon {name} is expired.", "discounts", "coupon_expired")
    coupon["times_redeemed"] += 1
    months = {"interval": "month", "interval_count": coupon["duration_in_months"] or 1}
    return world.add(
        "discount",
        customer=customer,
        source={"type": "coupon", "coupon": name},
        promotion_code=promotion and promotion["id"],
        start=now,
        end=after(now, months) if coupon["duration"] == "repeating" else None,
        **owner,
    )


def taken_off(world: World, names: list[str], amounts: list[int]) -> list[dict[str, int]]:
    """What each discount takes off each of these amounts, by the discounts' ids."""
    left = list(amounts)
    taken: list[dict[str, int]] = [{} for _ in amounts]
    for name in names:
        discount = world.objects.get("discount", name)
        coupon = world.objects.get("coupon", discount["source"]["coupon"])
        for at, off in enumerate(_parts(coupon, left)):
            taken[at][name] = off
            left[at] -= off
    return taken


def _parts(coupon: Fields, amounts: list[int]) -> list[int]:
    if coupon["percent_off"] is not None:
        rate = Fraction(str(coupon["percent_off"])) / 100
        return [rounded(amount * rate) for amount in amounts]
    whole = sum(amounts)
    off = min(coupon["amount_off"], whole)
    parts = [off * amount // whole if whole else 0 for amount in amounts]
    if parts:
        parts[-1] += off - sum(parts)
    return parts


def net(world: World, names: list[str], amount: int) -> int:
    """An amount after all of its discounts."""
    return amount - sum(taken_off(world, names, [amount])[0].values())


def still_on(world: World, names: list[str], now: int, used: set[str]) -> list[str]:
    """Those that go on after an invoice on which the used ones have taken something off."""

    def goes_on(name: str) -> bool:
        discount = world.objects.get("discount", name)
        coupon = world.objects.get("coupon", discount["source"]["coupon"])
        once = coupon["duration"] == "once" and name in used
        return not once and (discount["end"] or now + 1) > now

    return [name for name in names if goes_on(name)]


PROMOTIONS = list_of("promotion_code", "/v1/promotion_codes", "active", "code", "customer")
CALLS = (
    Call("POST /v1/coupons", takes.CouponCreateParams, create_coupon),
    Call("GET /v1/coupons/{name}", takes.CouponRetrieveParams, retrieve("coupon")),
    Call("GET /v1/coupons", takes.CouponListParams, list_of("coupon", "/v1/coupons")),
    Call("POST /v1/promotion_codes", takes.PromotionCodeCreateParams, create_promotion_code),
    Call("GET /v1/promotion_codes/{name}", takes.PromotionCodeRetrieveParams,
         retrieve("promotion_code")),
    Call("POST /v1/promotion_codes/{name}", takes.PromotionCodeUpdateParams, update_promotion_code),
    Call("GET /v1/promotion_codes", takes.PromotionCodeListParams, PROMOTIONS),
)  # fmt: skip
