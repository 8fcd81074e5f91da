"""Health: live says that the process runs, ready that it can serve."""

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from assistant.api.answers import NO_STORE, answering
from assistant.database import schema_revision


async def live(_: Request) -> Response:
    """The process runs."""
    return JSONResponse({"status": "live"}, headers=NO_STORE)


@answering
async def ready(_: Request) -> Response:
    """The database answers."""
    await schema_revision()
    return JSONResponse({"status": "ready"}, headers=NO_STORE)


routes = [Route("/api/health/live", live), Route("/api/health/ready", ready)]
