"""The pages that Stripe hosts: to pay, to look after one's billing, and to read invoices."""

from collections.abc import Callable
from functools import partial

from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from tests.stripe_local import cards, checkout, invoice_calls, pages, pdf, portal
from tests.stripe_local.form import Fields, parsed
from tests.stripe_local.periods import dollars
from tests.stripe_local.problems import Problem
from tests.stripe_local.world import World

DECLINED = "4000 0000 0000 0002"
Page = Callable[[World, str, Fields], Response]  # with what was typed; nothing typed: it is read


def routes(world: World) -> list[Route]:
    """A route for each page."""
    found = {"/pay/{name}": _pay, "/portal/{name}": _portal, "/invoices/{name}": _invoice,
             "/invoices/{name}/pdf": _pdf, "/receipts/{name}": _receipt}  # fmt: skip
    methods = ["GET", "POST"]
    return [
        Route(path, partial(_shown, world, does), methods=methods) for path, does in found.items()
    ]


async def _shown(world: World, does: Page, request: Request) -> Response:
    body = (await request.body()).decode()
    try:
        with world.lock:
            return does(world, request.path_params["name"], parsed(body))
    except Problem as problem:
        words = pages.said(str(problem), "alert")
        return HTMLResponse(pages.page("There is nothing here", words), problem.status)


def _pay(world: World, name: str, typed: Fields) -> Response:
    session = world.objects.get("checkout.session", name)
    if session["status"] == "complete":
        return RedirectResponse(checkout.back_to(session), 303)
    if session["status"] == "expired":
        raise Problem(410, "This session has expired.")
    code, wrong = typed.get("code", "").strip(), ""
    try:
        due, then = checkout.amounts(world, session, code)
        if typed.get("do", "apply") != "apply":
            number = DECLINED if typed["do"] == "decline" else typed.get("card", "")
            checkout.pay(world, session, number, code)
            return RedirectResponse(checkout.back_to(session), 303)
    except Problem as problem:
        wrong = str(problem)
        code = "" if problem.error.get("param") == "promotion_code" else code
        due, then = checkout.amounts(world, session, code)
    return HTMLResponse(pages.pay(session, due, then, code=code, wrong=wrong))


def _portal(world: World, name: str, typed: Fields) -> Response:
    session = world.objects.get("billing_portal.session", name)
    done = wrong = ""
    try:
        match typed.get("do"):
            case "card":
                done = portal.use_card(world, session, typed.get("card", ""))
            case "cancel":
                done = portal.cancel(world, session, typed.get("subscription", ""))
            case "resume":
                done = portal.resume(world, session, typed.get("subscription", ""))
    except Problem as problem:
        wrong = str(problem)
    return HTMLResponse(pages.portal(world, session, done=done, wrong=wrong))


def _invoice(world: World, name: str, typed: Fields) -> Response:
    bill = world.objects.get("invoice", name)
    done = wrong = ""
    try:
        if typed.get("do") == "pay":
            method = cards.card(world, typed.get("card", ""))
            cards.attached(world, method, bill["customer"])
            with cards.in_hand(method):
                invoice_calls.by_card(world, bill, method["id"])
            done = "Thank you: this invoice is paid."
    except Problem as problem:
        wrong = str(problem)
    return HTMLResponse(pages.invoice(bill, done=done, wrong=wrong))


def _pdf(world: World, name: str, typed: Fields) -> Response:
    bill = world.objects.get("invoice", name)
    headers = {"content-disposition": f'attachment; filename="Invoice-{bill["number"]}.pdf"'}
    return Response(pdf.of_invoice(bill), 200, headers, "application/pdf")


def _receipt(world: World, name: str, typed: Fields) -> Response:
    charge = world.objects.get("charge", name)
    words = f"{dollars(charge['amount'])}, {charge['status']}"
    return HTMLResponse(pages.page("Receipt", f"<p>{words}</p>"))
