"""How long `make run` takes: in a new clone, and again."""

import shutil
import subprocess
from pathlib import Path
from statistics import median

from tests.bench.children import PROJECT, READY, child, data_folder, free_port
from tests.bench.load import Bench
from tests.bench.machine import Others
from tests.bench.report import Row

STARTS = 3
INSTALLED = ".venv/.runtime-installed"  # whoever runs this has an environment
WARM_GOAL, COLD_GOAL = 5.0, None


def warm(bench: Bench) -> list[Row]:
    """Starts on data and pages that are there."""
    others = Others()
    with data_folder() as data:
        new = _start(PROJECT, data, bench.vendor.url, "-o", INSTALLED)
        times = [_start(PROJECT, data, bench.vendor.url, "-o", INSTALLED) for _ in range(STARTS)]
    used = others.cores()
    note = f"median of {', '.join(f'{each:.1f}' for each in times)}"
    return [
        Row("make run, warm", median(times), "s", WARM_GOAL, others=used, note=note),
        Row("make run, first start with an empty data folder", new, "s", others=used),
    ]


def cold(bench: Bench) -> list[Row]:
    """The first `make run` of a copy that has no environment, no pages and no data."""
    others = Others()
    with data_folder() as folder:
        clone = folder / "clone"
        _copy_sources(clone)
        seconds = _start(clone, folder / "data", bench.vendor.url)
        note = "packages through the caches of pip and npm, where those have them"
        return [Row("make run, cold", seconds, "s", COLD_GOAL, others=others.cores(), note=note)]


def _start(project: Path, data: Path, upstream: str, *options: str) -> float:
    port = free_port()
    settings = {
        "PORT": str(port),
        "ASSISTANT_DATA_DIR": str(data),
        "ANTHROPIC_API_KEY": "bench",
        "ANTHROPIC_BASE_URL": upstream,
    }
    with child(("make", *options, "run"), port, settings, ready=READY, folder=project) as running:
        return running.started


def _copy_sources(clone: Path) -> None:
    """What git would clone, with changes that are not committed yet."""
    listed = ("git", "ls-files", "--cached", "--others", "--exclude-standard", "-z")
    told = subprocess.run(listed, cwd=PROJECT, capture_output=True, text=True, check=True)  # noqa: S603
    names = told.stdout
    for name in filter(None, names.split("\0")):
        if (PROJECT / name).is_file():
            (clone / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(PROJECT / name, clone / name)
