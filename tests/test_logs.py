"""The log: one line for each fact, and no content."""

import subprocess
import sys

SCRIPT = """
import logging
import structlog
from assistant import logs

logs.configure()
log = structlog.get_logger()

def breaks(words):
    {}[len(words)]

log.info("turn_ended", turn="t-1", status="done")
for name in ("reflex", "reflex.app", "reflex_base.event"):
    logging.getLogger(name).warning("hunter2")
logging.getLogger("reflex").error("a defect of the framework")
try:
    breaks("hunter2")
except KeyError:
    log.exception("request_failed", path="/x")
"""


def logged() -> str:
    ran = subprocess.run(  # noqa: S603 - our own program
        [sys.executable, "-c", SCRIPT], capture_output=True, text=True, check=True
    )
    assert ran.stdout == ""
    return ran.stderr


def test_a_fact_is_one_line_with_its_time_its_level_and_its_ids():
    first = logged().splitlines()[0]
    assert first[:4].isdigit()
    assert all(word in first for word in ("Z [info", "turn_ended", "turn=t-1", "status=done"))


def test_no_line_and_no_trace_holds_what_people_wrote():
    told = logged()
    assert "hunter2" not in told.replace('breaks("hunter2")', "")
    assert "a defect of the framework" in told
    assert "KeyError: 7" in told
