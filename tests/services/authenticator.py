"""An authenticator, and what its codes and wrong ones lead to."""

from assistant.errors import Busy, Refused
from assistant.services.second_factor import verify
from tests.services.talk import rows

NOON = 1_800_000_015.0  # the middle of a time step


async def row_of(db, user):
    (row,) = await rows(db, "select * from second_factors where user_id = $1", user.id)
    return row


async def outcome(user, code):
    """What a try leads to: None, or the kind of the refusal."""
    try:
        await verify(user, code)
    except (Refused, Busy) as error:
        return type(error)


def wrong_for(totp, time=NOON):
    near = {totp.at(time + 30 * step) for step in range(-2, 3)}
    return next(code for code in map("{:06}".format, range(10)) if code not in near)
