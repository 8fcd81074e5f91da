"""The pages that customers see, as HTML without any script."""

from html import escape

from tests.stripe_local import lines
from tests.stripe_local.form import Fields
from tests.stripe_local.periods import TIMES, day, dollars
from tests.stripe_local.world import World

STYLE = """
:root { color-scheme: light dark; }
body { font: 16px/1.5 system-ui, sans-serif; margin: 0; background: #f6f8fa; color: #1a1f36; }
main { max-width: 28rem; margin: 2rem auto; padding: 1.5rem; background: #fff; border-radius: 8px; }
.mode { background: #bb5504; color: #fff; padding: .25rem 1rem; text-align: center; }
label { display: block; margin: .75rem 0 .25rem; font-weight: 600; }
input { width: 100%; box-sizing: border-box; padding: .6rem; font: inherit; }
button, a.button { display: block; width: 100%; min-height: 44px; margin-top: .75rem; font: inherit;
  border: 1px solid #1a1f36; border-radius: 6px; background: #fff; color: inherit; }
button.main { background: #1a1f36; color: #fff; }
[role=alert] { border-left: 4px solid #b3093c; padding: .5rem .75rem; background: #fdf2f4; }
[role=status] { border-left: 4px solid #0d7a3e; padding: .5rem .75rem; background: #f0f9f4; }
table { width: 100%; border-collapse: collapse; } td:last-child { text-align: right; }
@media (prefers-color-scheme: dark) { body { background: #14171f; color: #e6e8ee; }
  main, button { background: #1f2430; } button { border-color: #e6e8ee; }
  button.main { background: #e6e8ee; color: #14171f; }
  [role=alert] { background: #3a1a24; } [role=status] { background: #12301f; } }
"""


def page(title: str, body: str) -> str:
    """A whole page."""
    return (
        '<!doctype html><html lang="en"><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        '<link rel="icon" href="data:,">'  # browsers would ask for one, and complain
        f"<title>{escape(title)}</title><style>{STYLE}</style>"
        '<p class="mode" style="margin:0">Local Stripe: no real card is charged</p>'
        f"<main><h1>{escape(title)}</h1>{body}</main></html>"
    )


def said(words: str, role: str) -> str:
    """What a page says has happened."""
    return f'<p role="{role}">{escape(words)}</p>' if words else ""


def button(name: str, words: str, value: str = "", main: str = "") -> str:
    """A button of a form, found by its id."""
    given = f' value="{escape(value)}"' if value else ""
    return f'<button id="{name}" name="do" class="{main}"{given}>{escape(words)}</button>'


def card_field(number: str) -> str:
    """Where the number of a card is typed."""
    return (
        '<label for="card">Card number</label>'
        '<input id="card" name="card" inputmode="numeric" autocomplete="cc-number" '
        f'value="{number}">'
    )


def pay(session: Fields, due: int, then: int, *, code: str, wrong: str) -> str:
    """The page on which a session is paid. due: now. then: in every period after it."""
    rows = "".join(
        f"<tr><td>{each['quantity']} {TIMES} {escape(each['description'])}</td>"
        f"<td>{dollars(each['amount_total'])} a {each['price']['recurring']['interval']}</td></tr>"
        for each in session["_line_items"]["data"]
    )
    rows += f'<tr><td>Due today</td><td id="due">{dollars(due)}</td></tr>'
    trial = session["_order"].get("trial_period_days")
    words = f"{trial} days free, then {dollars(then)}." if trial else ""
    promotion = (
        '<form method="post"><label for="code">Promotion code</label>'
        f'<input id="code" name="code" value="{escape(code)}">'
        f"{button('apply', 'Apply', 'apply')}</form>"
        if session["allow_promotion_codes"]
        else ""
    )
    applied = f'<input type="hidden" name="code" value="{escape(code)}">'
    main = "Start trial" if trial else f"Pay {dollars(due)}"
    back = session["cancel_url"]
    return page(
        "Subscribe",
        f"{said(wrong, 'alert')}<table>{rows}</table><p>{escape(words)}</p>{promotion}"
        f'<form method="post">{card_field("4242 4242 4242 4242")}{applied}'
        f"{button('pay', main, 'pay', 'main')}"
        f"{button('decline', 'Pay with a card that is declined', 'decline')}</form>"
        + (f'<p><a id="back" href="{escape(back)}">Back</a></p>' if back else ""),
    )


def portal(world: World, session: Fields, *, done: str, wrong: str) -> str:
    """The page of a portal session."""
    owner = session["customer"]
    live = [
        each
        for each in world.objects.all("subscription", customer=owner)
        if each["ended_at"] is None
    ]
    plans = "".join(_subscription(world, each, number) for number, each in enumerate(live, 1))
    bills = "".join(_bill(each) for each in reversed(world.objects.all("invoice", customer=owner)))
    back = session["return_url"]
    use = card_field("") + button("use", "Use this card", "card", "main")
    return page(
        "Your billing",
        f"{said(done, 'status')}{said(wrong, 'alert')}{plans}<h2>Card</h2>"
        f'<form method="post">{use}</form>'
        f"<h2>Invoices</h2><table>{bills}</table>"
        + (f'<p><a id="back" href="{escape(back)}">Back</a></p>' if back else ""),
    )


def _subscription(world: World, subscription: Fields, number: int) -> str:
    item = subscription["items"]["data"][0]
    ends = subscription["cancel_at"]
    name = lines.product_name(world, item["price"])
    words = f"{'Ends' if ends else 'Renews'} on {day(item['current_period_end'])}"
    one = f'<input type="hidden" name="subscription" value="{subscription["id"]}">'
    suffix = f"-{number}" if number > 1 else ""
    words_of = {"resume": "Do not cancel", "cancel": "Cancel"}
    does = "resume" if ends else "cancel"
    act = button(f"{does}{suffix}", words_of[does], does)
    return (
        f"<h2>{item['quantity']} {TIMES} {escape(name)}</h2>"
        f'<p>{subscription["status"]}. {words}.</p><form method="post">{one}{act}</form>'
    )


def _bill(invoice: Fields) -> str:
    if invoice["status"] == "draft":
        return ""
    link = f'<a href="{invoice["hosted_invoice_url"]}">{invoice["number"]}</a>'
    return f"<tr><td>{link} ({invoice['status']})</td><td>{dollars(invoice['total'])}</td></tr>"


def invoice(bill: Fields, *, done: str, wrong: str) -> str:
    """The page of an invoice, on which it can be paid."""
    rows = "".join(
        f"<tr><td>{escape(each['description'])}</td><td>{dollars(each['amount'])}</td></tr>"
        for each in bill["lines"]["data"]
    )
    rows += f'<tr><td>Total</td><td id="total">{dollars(bill["total"])}</td></tr>'
    rows += f'<tr><td>Due</td><td id="due">{dollars(bill["amount_remaining"])}</td></tr>'
    pay_form = (
        f'<form method="post">{card_field("4242 4242 4242 4242")}'
        f"{button('pay', 'Pay', 'pay', 'main')}</form>"
        if bill["status"] == "open"
        else ""
    )
    return page(
        f"Invoice {bill['number']}",
        f"{said(done, 'status')}{said(wrong, 'alert')}<p>{bill['status']}</p><table>{rows}</table>"
        f'{pay_form}<p><a href="{bill["invoice_pdf"]}">PDF</a></p>',
    )
