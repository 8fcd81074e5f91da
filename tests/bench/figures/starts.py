"""How long `make run` takes until it serves: again, and for the first time on a new machine."""

import subprocess
import sys
from pathlib import Path
from statistics import median

from tests.bench.children import PROJECT, app, data_folder
from tests.bench.load import Bench
from tests.bench.machine import Others, wait_until_quiet
from tests.bench.report import Row

STARTS = 3
RUN = ("make", "run", "PYTHON=" + str(Path(sys.base_prefix) / "bin" / "python3"))
INSTALLED = ("-o", ".venv/.runtime-installed")  # whoever runs this has an environment
WARM_GOAL = 5.0
CACHES = {"HOME": "", "XDG_CACHE_HOME": ".cache", "PIP_CACHE_DIR": ".cache/pip",
          "npm_config_cache": ".npm"}  # fmt: skip


def warm(bench: Bench) -> list[Row]:
    """Starts on data and pages that are there."""
    wait_until_quiet(bench.patience)
    others = Others()
    with data_folder() as data:
        new, *times = (_seconds(bench, data, *INSTALLED) for _ in range(1 + STARTS))
    used = others.cores()
    note = f"median of {', '.join(f'{each:.1f}' for each in times)}"
    return [
        Row("make run, warm", median(times), "s", WARM_GOAL, others=used, note=note),
        Row("make run, warm, with an empty data folder", new, "s", others=used),
    ]


def cold(bench: Bench) -> list[Row]:
    """The first `make run` of a clone of HEAD, for somebody whose home is empty."""
    wait_until_quiet(bench.patience)
    others = Others()
    with data_folder() as base:
        clone = base / "clone"
        command = ("git", "clone", "--quiet", "--no-hardlinks", str(PROJECT), str(clone))
        subprocess.run(command, check=True)  # noqa: S603 - our own command, no shell
        home = {name: str(base / "home" / path) for name, path in CACHES.items()}
        (base / "home").mkdir()
        seconds = _seconds(bench, base / "data", folder=clone, settings=home)
    note = "a clone of HEAD, no caches: environment, packages, pages, database"
    return [Row("make run, cold", seconds, "s", others=others.cores(), note=note)]


def _seconds(
    bench: Bench,
    data: Path,
    *options: str,
    folder: Path = PROJECT,
    settings: dict[str, str] | None = None,
) -> float:
    """From the command to the line that says where the app is."""
    upstream, command = bench.vendor.url, (*RUN, *options)
    with app(data, upstream, command=command, folder=folder, settings=settings) as running:
        return running.started
