"""Work on what strangers sent, in a process of its own: it can be ended, and holds no secrets.

`python aside.py SCRIPT SECONDS BYTES WRITES` runs a script within limits. It knows nothing of the
rest of the program, so that the script starts fast and finds nothing to take.
"""

import asyncio
import resource
import runpy
import sys
from contextlib import suppress
from pathlib import Path

PATIENCE = 3  # a busy machine may need so many seconds for one second of work


class Failed(Exception):
    """The script took too long or too much memory, or broke."""


async def aside(script: Path, given: bytes, *, seconds: int, memory: int, writes: int = 0) -> bytes:
    """What a script of Python writes for what it is given on its standard input.

    seconds: of computing. memory: bytes. writes: bytes that a file of its making may have.
    It sees no environment and none of our modules.
    Raises Failed.
    """
    limits = (str(seconds), str(memory), str(writes))
    command = (sys.executable, "-I", "-X", "utf8", __file__, str(script), *limits)
    process = await asyncio.create_subprocess_exec(
        *command,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
        env={},
    )
    try:
        async with asyncio.timeout(seconds * PATIENCE):
            said, _ = await process.communicate(given)
    except TimeoutError as error:
        raise Failed from error
    finally:
        await _ended(process)
    if process.returncode:
        raise Failed
    return said


async def _ended(process: asyncio.subprocess.Process) -> None:
    if process.returncode is None:
        process.kill()
        await process.wait()


def _limited(script: str, seconds: str, memory: str, writes: str) -> None:
    limits = {resource.RLIMIT_CPU: int(seconds), resource.RLIMIT_AS: int(memory)}
    limits[resource.RLIMIT_FSIZE] = int(writes)
    limits[resource.RLIMIT_CORE] = 0
    for limit, most in limits.items():
        with suppress(ValueError):  # macOS does not limit memory so
            resource.setrlimit(limit, (most, most))
    sys.argv = [script]
    runpy.run_path(script, run_name="__main__")


if __name__ == "__main__":
    _limited(*sys.argv[1:])
