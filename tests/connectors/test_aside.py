"""A script beside the program works within limits and finds nothing."""

import asyncio
import os
from pathlib import Path

import pytest

from assistant.connectors.aside import Failed, aside

ROOM = 512_000_000


def script(folder: Path, text: str) -> Path:
    path = folder / "script.py"
    path.write_text(text)
    return path


async def said(folder: Path, text: str, given: bytes = b"", seconds: int = 20) -> bytes:
    return await aside(script(folder, text), given, seconds=seconds, memory=ROOM)


async def test_it_gives_what_the_script_writes_for_what_it_was_given(tmp_path) -> None:
    echo = "import sys; sys.stdout.buffer.write(sys.stdin.buffer.read()[::-1])"
    assert await said(tmp_path, echo, b"abc" * 100_000) == b"cba" * 100_000


async def test_it_sees_no_environment_and_none_of_our_modules(tmp_path, monkeypatch) -> None:
    monkeypatch.setenv("ASSISTANT_SECRET_KEY", "secret")
    monkeypatch.setenv("PYTHONPATH", str(Path.cwd()))
    look = (
        "import os, sys\n"
        "try:\n    import assistant\n    print('found')\nexcept ImportError:\n    pass\n"
        "print('ASSISTANT_SECRET_KEY' in os.environ)"
    )
    assert (await said(tmp_path, look)).split() == [b"False"]


@pytest.mark.parametrize(
    "text",
    [
        "while True: pass",
        "x = bytearray(2_000_000_000)",
        "raise SystemExit(1)",
        "import os; os.kill(os.getpid(), 9)",
        "open('{folder}/file', 'w').write('much'); open('{folder}/file').read() or 1 / 0",
    ],
)
async def test_what_runs_away_or_breaks_is_ended(tmp_path, text) -> None:
    with pytest.raises(Failed):
        await said(tmp_path, text.replace("{folder}", str(tmp_path)), seconds=1)


async def test_what_sleeps_is_ended_too(tmp_path) -> None:
    with pytest.raises(Failed):
        await said(tmp_path, "import time; time.sleep(600)", seconds=1)


async def test_who_stops_waiting_leaves_no_process(tmp_path) -> None:
    note = tmp_path / "note"
    os.mkfifo(note)
    waits = (
        "import os, time\n"
        f"with open({str(note)!r}, 'w') as pipe:\n    pipe.write(str(os.getpid()))\n"
        "time.sleep(600)"
    )
    waiting = asyncio.create_task(said(tmp_path, waits))
    number = int(await asyncio.to_thread(note.read_text))
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    with pytest.raises(ProcessLookupError):
        os.kill(number, 0)
