"""`python -m tests.bench`: takes the figures and prints them; .bench/results.json keeps them.

The app and the vendor run as processes of their own; this one plays the people. Figures that other
programs disturbed are marked with `*`: take them again in a quieter hour. The exit code is 1 when a
figure could not be taken; that a goal is missed is no failure.
"""

import argparse
import signal
import sys
import traceback

import uvloop

from tests.bench.children import PROJECT, app, data_folder, vendor
from tests.bench.figures import FIGURES, LONG
from tests.bench.load import Bench, Load, ask_all, people
from tests.bench.report import Row, say, summary, table, write

RESULTS = PROJECT / ".bench" / "results.json"
WARMING = Load(2, 50, 5)
UNSERVED = ("memory", "warm", "cold", *LONG)  # those want no app that has worked, or no app
PATIENCE_SECONDS = 30.0


def main() -> int:
    """Take the figures that were asked for. A signal ends the children too."""
    signal.signal(signal.SIGTERM, lambda number, _: sys.exit(128 + number))
    asked = _arguments()
    names = set(filter(None, asked.only.split(","))) or FIGURES.keys() - LONG
    if unknown := names - FIGURES.keys():
        say(f"There is no {', '.join(sorted(unknown))}; there are {', '.join(FIGURES)}.")
        return 2
    rows: list[Row] = []
    say("starting the app; the first time builds the pages ...")
    with data_folder() as data, vendor() as upstream, app(data, upstream.url) as server:
        bench = Bench(server, upstream, asked.quick, 0.0 if asked.quick else PATIENCE_SECONDS)
        failed = [name for name in FIGURES if name in names and not _taken(name, bench, rows)]
    say(f"\n{table(rows)}\n\n{summary(rows)} · {RESULTS.relative_to(PROJECT)}")
    if failed:
        say(f"NOT TAKEN: {', '.join(failed)}; see above.")
    return 1 if failed else 0


def _taken(name: str, bench: Bench, rows: list[Row]) -> bool:
    """Add a figure's rows and keep all so far. Returns False, and says why, if there are none."""
    say(f"{name} ...")
    try:
        if name not in UNSERVED:
            uvloop.run(_warm(bench))
        rows += FIGURES[name](bench)
    except Exception:  # noqa: BLE001  (the other figures are worth taking still)
        say(traceback.format_exc())
        return False
    write(rows, RESULTS)
    return True


async def _warm(bench: Bench) -> None:
    async with people(bench, WARMING.streams) as users:
        (await ask_all(bench, WARMING, users)).whole()


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument(
        "--only", default="", help=f"some of: {','.join(FIGURES)}; only so: {','.join(LONG)}"
    )
    parser.add_argument("--quick", action="store_true", help="small loads: do the figures work?")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
