"""An archive as it is written: a ZIP that is taken away piece by piece, so that it may be large."""

import json
import unicodedata
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import IO, Any
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

FORMAT = 1  # of what stands in it; a reader refuses what is newer than itself
PRODUCT = "assistant"
MANIFEST = "manifest.json"
SLUG_CHARACTERS = 40
LARGE_BYTES = 2**30  # what may grow past 4 GB needs another form of entry, which not all can read
_FIRST_YEAR, _LAST_YEAR = 1980, 2107  # that a ZIP can tell
_PRIVATE = 0o600 << 16


class _Pipe:
    """What ZipFile takes for a file in which nothing can be sought."""

    def __init__(self) -> None:
        self.written = bytearray()

    def write(self, data: bytes) -> int:
        self.written += data
        return len(data)

    def flush(self) -> None:
        """Nothing is held back."""


class Archive:
    """A ZIP on its way. One entry is open at a time."""

    def __init__(self) -> None:
        self._pipe = _Pipe()
        self._zip = ZipFile(self._pipe, "w")  # type: ignore[call-overload]  # a pipe is enough

    def entry(self, name: str, at: datetime, size: int = 0) -> IO[bytes]:
        """A new entry, to be written and closed. size: about how many bytes it may come to."""
        year = min(max(at.year, _FIRST_YEAR), _LAST_YEAR)
        info = ZipInfo(name, (year, *at.timetuple()[1:6]))
        info.compress_type, info.external_attr = ZIP_DEFLATED, _PRIVATE
        file: IO[bytes] = self._zip.open(info, "w", force_zip64=size > LARGE_BYTES)
        return file

    def add(self, name: str, at: datetime, text: str) -> None:
        """A whole entry."""
        with self.entry(name, at) as file:
            file.write(text.encode())

    def taken(self) -> bytes:
        """What was written since this was asked last."""
        written, self._pipe.written = self._pipe.written, bytearray()
        return bytes(written)

    def close(self) -> None:
        """Write the directory at the end, without which it is no archive."""
        self._zip.close()


class Listing:
    """A list in a JSON document that is written some items at a time, one on a line."""

    def __init__(
        self, file: IO[bytes], facts: dict[str, Any] | None = None, name: str = ""
    ) -> None:
        """facts: what stands before the list, which is then named; without them it is all."""
        self._file = file
        self._before = "" if facts is None else f"{pretty(facts)[:-2]},\n  {json.dumps(name)}: "
        self._after = "]\n" if facts is None else "]}\n"
        self._between = "[\n"

    def add(self, items: Iterable[dict[str, Any]]) -> None:
        """Write some more items."""
        for item in items:
            self.add_line(line_of(item))

    def add_line(self, line: bytes) -> None:
        """Write one more item, as `line_of` has it."""
        self._file.write(f"{self._before}{self._between}".encode(errors="replace") + line)
        self._before, self._between = "", ",\n"

    def close(self) -> None:
        """Write the end."""
        opening = "" if self._between == ",\n" else f"{self._before}["
        self._file.write(f"{opening}\n{self._after}".encode(errors="replace"))


def line_of(item: dict[str, Any]) -> bytes:
    """An item as it stands in a listing."""
    return json.dumps(item, ensure_ascii=False).encode(errors="replace")


def pretty(value: object) -> str:
    """JSON for people."""
    return json.dumps(value, ensure_ascii=False, indent=2)


def iso(at: datetime | None) -> str | None:
    """A time as it stands in an archive."""
    return at.astimezone(UTC).isoformat() if at else None


def slug(title: str) -> str:
    """Letters and digits of a title, in any script, with hyphens between: no path, no sign.

    What is made of it always begins with a number, so that no system's reserved name comes out.
    """
    folded = unicodedata.normalize("NFKC", title).lower()
    kept = "".join(c if unicodedata.category(c)[0] in "LMN" else " " for c in folded)
    return "-".join(kept.split())[:SLUG_CHARACTERS].strip("-")
