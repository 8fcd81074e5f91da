"""The page's own JavaScript, linked into one folder of the build: so files import each other."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import reflex as rx


def _paths() -> dict[str, str]:
    """Import paths by file name.

    rx.asset links a file into a folder named for the module that asks; so all are asked for here.
    """
    files = sorted(Path(__file__).parent.glob("*.js*"))
    return {file.name: rx.asset(file.name, shared=True).importable_path for file in files}


# rx.asset looks at each frame of its stack, which while modules are imported is deep and dear:
# seven seconds for all. A thread has a short one.
with ThreadPoolExecutor(1) as _aside:
    _PATHS = _aside.submit(_paths).result()


def script(name: str) -> str:
    """The import path of a JavaScript file that lies beside this one, for `Component.library`."""
    return _PATHS[name]
