"""The figures as one table for people and one JSON file for programs."""

import json
import os
import sys
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

DISTURBED = 0.35  # cores of other programs, above which a figure is marked


@dataclass(frozen=True, slots=True)
class Row:
    """One figure. goal: at most that, or at least that where `least`; None where none is set.

    others: cores that other programs used while it was taken. note: what belongs to the figure.
    """

    name: str
    value: float
    unit: str
    goal: float | None = None
    least: bool = False
    others: float = 0.0
    note: str = ""

    @property
    def met(self) -> bool | None:
        """Whether the goal is met; None without one."""
        if self.goal is None:
            return None
        return self.value >= self.goal if self.least else self.value <= self.goal


MARKS = {True: "ok", False: "MISSED", None: ""}
HEAD = ("figure", "value", "goal", "", "note")


def table(rows: Iterable[Row]) -> str:
    """Aligned columns; `*` marks a figure that other programs disturbed."""
    lines = [HEAD, *map(_cells, rows)]
    widths = [max(len(line[at]) for line in lines) for at in range(len(HEAD))]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip()
        for line in lines
    )


def summary(rows: Sequence[Row]) -> str:
    """How many goals hold, and what the mark means."""
    judged = [row.met for row in rows if row.met is not None]
    return f"{sum(judged)} of {len(judged)} goals hold · * disturbed by other programs"


def _cells(row: Row) -> tuple[str, str, str, str, str]:
    value = f"{_short(row.value)} {row.unit}" + (" *" if row.others > DISTURBED else "")
    goal = "" if row.goal is None else f"{'≥' if row.least else '≤'} {_short(row.goal)}"
    return (row.name, value, goal, MARKS[row.met], row.note)


def _short(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 100 or value == int(value) else f"{value:,.1f}"


def write(rows: Iterable[Row], path: Path) -> None:
    """All rows, with the time and the machine."""
    path.parent.mkdir(exist_ok=True)
    figures = [asdict(row) | {"met": row.met} for row in rows]
    about = {"when": datetime.now(UTC).isoformat(timespec="seconds"), "cores": os.cpu_count()}
    path.write_text(json.dumps(about | {"figures": figures}, indent=1, ensure_ascii=False))


def say(text: str) -> None:
    """One line to the terminal, at once."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()
