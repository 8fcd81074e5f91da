"""Setting up the second factor: a secret and recovery codes, which nobody but the page may know.

They are answers to requests of the page and never part of Reflex's state: they are gone when the
page is left, and there is nothing to clear behind them.
"""

from dataclasses import asdict

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from assistant.api.answers import NO_STORE, answering, user_of
from assistant.services import second_factor


@answering
async def enrol(request: Request) -> Response:
    """Begin: {"uri", "secret", "path", "size"}, see `second_factor.Enrolment`."""
    enrolment = await second_factor.enrol(await user_of(request))
    return JSONResponse(asdict(enrolment), headers=NO_STORE)


@answering
async def confirm(request: Request) -> Response:
    """Turn it on with a first code: {"codes": the recovery codes}."""
    async with request.form(max_files=0, max_fields=1) as form:
        code = str(form.get("code", ""))
    return _codes(await second_factor.confirm(await user_of(request), code))


@answering
async def renew_codes(request: Request) -> Response:
    """Recovery codes in place of the old ones: {"codes"}."""
    return _codes(await second_factor.new_recovery_codes(await user_of(request)))


def _codes(codes: list[str]) -> Response:
    return JSONResponse({"codes": codes}, headers=NO_STORE)


routes = [
    Route("/api/second-factor/enrol", enrol, methods=["POST"]),
    Route("/api/second-factor/confirm", confirm, methods=["POST"]),
    Route("/api/second-factor/recovery-codes", renew_codes, methods=["POST"]),
]
