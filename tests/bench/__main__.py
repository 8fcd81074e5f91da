"""`python -m tests.bench`: takes the figures and prints them; .bench/results.json keeps them.

The app and the vendor run as processes of their own; this one plays the people. Figures that other
programs disturbed are marked with `*`: take them again in a quieter hour.
"""

import argparse
import signal
import sys

import uvloop

from tests.bench.children import PROJECT, app, data_folder, vendor
from tests.bench.figures import FIGURES
from tests.bench.figures.starts import cold
from tests.bench.load import Bench, Load, run
from tests.bench.report import Row, say, table, write

RESULTS = PROJECT / ".bench" / "results.json"
WARMING = Load(2, 50, 5)


def main() -> int:
    """Take the figures that were asked for. A signal ends the children too."""
    signal.signal(signal.SIGTERM, lambda number, _: sys.exit(128 + number))
    asked = _arguments()
    names = asked.only.split(",") if asked.only else list(FIGURES)
    if unknown := set(names) - FIGURES.keys():
        say(f"There is no {', '.join(sorted(unknown))}; there are {', '.join(FIGURES)}.")
        return 2
    rows: list[Row] = []
    with data_folder() as data, vendor() as upstream, app(data, upstream.url) as server:
        bench = Bench(server, upstream, asked.quick)
        for name in names:
            rows += _taken(name, bench)
            write(rows, RESULTS)
        if asked.cold:
            rows += cold(bench)
            write(rows, RESULTS)
    say(f"\n{table(rows)}\n\n* disturbed by other programs · {RESULTS.relative_to(PROJECT)}")
    return 0


def _taken(name: str, bench: Bench) -> list[Row]:
    say(f"{name} ...")
    if name != "idle":
        uvloop.run(run(bench, WARMING))
    return FIGURES[name](bench)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("--only", default="", help=f"some of: {', '.join(FIGURES)}")
    parser.add_argument("--quick", action="store_true", help="fewer and shorter loads")
    parser.add_argument("--cold", action="store_true", help="also a first `make run` (minutes)")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
