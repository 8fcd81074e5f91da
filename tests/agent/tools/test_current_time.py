"""What the clock says."""

import re
from datetime import UTC, datetime

import pytest

from assistant.agent.acts import ToolContext
from assistant.agent.tools.current_time import current_time
from assistant.errors import ToolError


async def told(zone: str | None, context: ToolContext) -> datetime:
    output = await current_time.run({} if zone is None else {"timezone": zone}, context)
    answer = output.content
    match = re.fullmatch(r"(\w+day), (\S+) \((\S+)\)", answer)
    assert match is not None
    moment = datetime.fromisoformat(match[2])
    assert f"{moment:%A}" == match[1]
    return moment


@pytest.mark.parametrize("zone", [None, "", "Asia/Tokyo", "UTC"])
async def test_it_tells_the_present_moment(zone: str | None) -> None:
    before = datetime.now(UTC).replace(microsecond=0)
    assert before <= await told(zone, ToolContext()) <= datetime.now(UTC)


async def test_a_named_zone_is_used() -> None:
    offset = (await told("Asia/Kolkata", ToolContext())).utcoffset()
    assert str(offset) == "5:30:00"


async def test_without_a_zone_it_is_the_users_own() -> None:
    offset = (await told(None, ToolContext(timezone="Asia/Tokyo"))).utcoffset()
    assert str(offset) == "9:00:00"


@pytest.mark.parametrize("zone", ["Lisbon", "../../etc/passwd", "Europe", "a\x00b", "\ud800"])
async def test_an_unknown_zone_is_refused(zone: str) -> None:
    with pytest.raises(ToolError, match="Use an IANA name"):
        await current_time.run({"timezone": zone}, ToolContext())
