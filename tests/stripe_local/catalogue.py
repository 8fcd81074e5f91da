"""Products, and the prices that they have."""

from decimal import Decimal

from stripe import params as takes

from tests.stripe_local.calls import Call, list_of, retrieve, with_fields
from tests.stripe_local.form import Fields
from tests.stripe_local.problems import invalid, lacking
from tests.stripe_local.world import World

PRODUCT = ("name", "active", "description", "images", "marketing_features", "shippable",
           "statement_descriptor", "tax_code", "unit_label", "url")  # fmt: skip


def create_product(world: World, params: Fields) -> Fields:
    """One more product, of the id that is given or a new one."""
    name = params.get("id") or world.objects.name("product")
    if name in world.objects.kinds["product"]:
        raise invalid("Product already exists.", "id", "resource_already_exists")
    product = world.add("product", id=name, active=True, type="service", updated=world.now())
    with_fields(product, params, *PRODUCT)
    world.emit("product.created", product)
    if "default_price_data" in params:
        price = create_price(world, {**params["default_price_data"], "product": name})
        product["default_price"] = price["id"]
    return product


def update_product(world: World, params: Fields, name: str) -> Fields:
    """Change its fields."""
    product = world.objects.get("product", name)
    with world.changing(product, "product.updated"):
        with_fields(product, params, *PRODUCT, "default_price")
        product["updated"] = world.now()
    return product


def create_price(world: World, params: Fields) -> Fields:
    """One more price: so much for each unit, once or in every period."""
    if "product_data" in params:
        product = create_product(world, dict(params["product_data"]))["id"]
    else:
        product = world.objects.get("product", params.get("product", ""), "product", 400)["id"]
    amount = params.get("unit_amount", params.get("unit_amount_decimal"))
    if amount is None or params.get("billing_scheme", "per_unit") != "per_unit":
        raise lacking("prices without a unit_amount")
    price = world.add(
        "price",
        active=True,
        billing_scheme="per_unit",
        product=product,
        type="recurring" if "recurring" in params else "one_time",
        tax_behavior="unspecified",
        unit_amount=int(Decimal(amount)),
        unit_amount_decimal=str(amount),
        recurring=_recurring(params.get("recurring")),
    )
    with_fields(price, params, "active", "nickname", "currency", "tax_behavior")
    _give_key(world, price, params)
    world.emit("price.created", price)
    return price


def _recurring(given: Fields | None) -> Fields | None:
    if given is None:
        return None
    if given.get("usage_type", "licensed") != "licensed":
        raise lacking("metered prices")
    blank = {"interval_count": 1, "usage_type": "licensed", "meter": None}
    return {**blank, "trial_period_days": None, **given}


def _give_key(world: World, price: Fields, params: Fields) -> None:
    """A lookup key belongs to one price of the account."""
    key = params.get("lookup_key")
    if key is None:
        return
    for other in world.objects.all("price", lookup_key=key):
        if other is not price and not params.get("transfer_lookup_key"):
            del world.objects.kinds["price"][price["id"]]
            words = f"A price (`{other['id']}`) already uses that lookup key."
            raise invalid(words, "lookup_key")
        other["lookup_key"] = None
    price["lookup_key"] = key


def update_price(world: World, params: Fields, name: str) -> Fields:
    """Change its fields; what it costs never changes."""
    price = world.objects.get("price", name)
    with world.changing(price, "price.updated"):
        with_fields(price, params, "active", "nickname", "tax_behavior")
        _give_key(world, price, params)
    return price


def list_prices(world: World, params: Fields) -> Fields:
    """A page of the prices."""
    keys = params.get("lookup_keys")
    found = [
        each
        for each in world.objects.all("price")
        if (keys is None or each["lookup_key"] in keys)
        and all(
            each[n] == params[n] for n in ("active", "currency", "product", "type") if n in params
        )
    ]
    return world.objects.page(found, params, "/v1/prices")


def bought(world: World, name: str, param: str) -> Fields:
    """The active price of this id. Raises Problem."""
    price = world.objects.get("price", name, param, 400)
    if not price["active"]:
        raise invalid(f"The price specified is inactive: `{name}`.", param)
    return price


CALLS = (
    Call("POST /v1/products", takes.ProductCreateParams, create_product),
    Call("GET /v1/products/{name}", takes.ProductRetrieveParams, retrieve("product")),
    Call("POST /v1/products/{name}", takes.ProductUpdateParams, update_product),
    Call("GET /v1/products", takes.ProductListParams, list_of("product", "/v1/products", "active")),
    Call("POST /v1/prices", takes.PriceCreateParams, create_price),
    Call("GET /v1/prices/{name}", takes.PriceRetrieveParams, retrieve("price")),
    Call("POST /v1/prices/{name}", takes.PriceUpdateParams, update_price),
    Call("GET /v1/prices", takes.PriceListParams, list_prices),
)
