"""Work whose imports are wanted once: done in a child, with which they are gone from memory."""

import multiprocessing
from collections.abc import Callable
from multiprocessing.connection import Connection
from typing import TypeVar

from assistant.errors import CannotStart

Result = TypeVar("Result")

ENDED = "The start was cut off by something outside. Nothing is lost; start again."


def apart(work: Callable[[], Result]) -> Result:
    """What `work` returns, or raises, in a fork of this process. Both must be picklable.

    Raises CannotStart when the child was ended from outside.
    """
    context = multiprocessing.get_context("fork")  # nothing is imported twice
    ours, theirs = context.Pipe(duplex=False)
    child = context.Process(target=_tell, args=(work, theirs))
    child.start()
    theirs.close()
    try:
        result, error = ours.recv()
    except EOFError as ended:
        raise CannotStart(ENDED) from ended
    finally:
        child.terminate()  # it has told all, or nobody waits for it any more
        child.join()
    if error is not None:
        raise error
    return result  # type: ignore[no-any-return]


def _tell(work: Callable[[], object], there: Connection) -> None:
    told: tuple[object, Exception | None]
    try:
        told = work(), None
    except Exception as error:  # noqa: BLE001  (raised again by who waits)
        told = None, error
    there.send(told)
