"""The code of the second factor, by a plain form: to come in, or to prove again who one is."""

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from assistant.api.answers import NO_STORE, answering, sent_to, session_of
from assistant.errors import Busy, NotSignedIn, Refused
from assistant.services import second_factor
from assistant.services.addresses import SIGN_IN, VERIFY, own_path, with_next

FORM_FIELDS = 2


@answering
async def asked(request: Request) -> Response:
    """Whether there is a code to give: {"on": bool}."""
    user = await session_of(request)
    factor = await second_factor.status(user.id)
    return JSONResponse({"on": factor.on}, headers=NO_STORE)


@answering
async def given(request: Request) -> Response:
    """Take a one-time code or a recovery code. next: the page to go on to."""
    async with request.form(max_files=0, max_fields=FORM_FIELDS) as form:
        code, path = (str(form.get(field, "")) for field in ("code", "next"))
    try:
        await second_factor.verify(await session_of(request), code)
    except NotSignedIn:
        return sent_to(with_next(SIGN_IN, path))
    except Busy as error:
        return sent_to(with_next(f"{VERIFY}?error=many&minutes={error.minutes}", path))
    except Refused as error:
        return sent_to(with_next(f"{VERIFY}?error={error.why}", path))
    return sent_to(own_path(path))


routes = [
    Route("/auth/verify", asked),
    Route("/auth/verify", given, methods=["POST"]),
]
