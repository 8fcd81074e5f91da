"""How the program logs: one line for each fact, ids and kinds, never content."""

import logging
import sys
from typing import TextIO, cast

import structlog

CHATTY = ("reflex", "reflex_base")  # their warnings quote whole events, and so what people wrote
# One list for all calls of `configure`: a logger that was used keeps the one that it knew then.
_PROCESSORS: list[structlog.typing.Processor] = [
    structlog.processors.add_log_level,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
    structlog.dev.ConsoleRenderer(
        colors=sys.stderr.isatty(), exception_formatter=structlog.dev.plain_traceback
    ),
]


class _StandardError:
    """Whatever stands for stderr when a line is written: loggers outlive what replaces it."""

    def write(self, text: str) -> int:
        return sys.stderr.write(text)

    def flush(self) -> None:
        sys.stderr.flush()


def configure() -> None:
    """Set the form of the log of this process. Traces come without the values of variables."""
    structlog.configure(
        processors=_PROCESSORS,
        logger_factory=structlog.PrintLoggerFactory(cast("TextIO", _StandardError())),
        cache_logger_on_first_use=True,
    )
    for name in CHATTY:
        logging.getLogger(name).setLevel(logging.ERROR)
