"""The page's own JavaScript, linked into one folder of the build: so files import each other."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import reflex as rx
from reflex_base.environment import environment

_FILES = sorted(file.name for file in Path(__file__).parent.glob("*.js*"))


def _folder() -> str:
    """The import path of the folder that the files are linked into.

    rx.asset names the folder for the module that asks; so all are asked for here. Who serves pages
    that are built already needs no links, and asks for one to know where they are.
    """
    asked = _FILES[:1] if environment.REFLEX_SKIP_COMPILE.get() else _FILES
    paths = [rx.asset(name, shared=True).importable_path for name in asked]
    return paths[0].rpartition("/")[0]


# rx.asset looks at each frame of its stack, which while modules are imported is deep and dear:
# seven seconds for all. A thread has a short one.
with ThreadPoolExecutor(1) as _aside:
    _FOLDER = _aside.submit(_folder).result()


def script(name: str) -> str:
    """The import path of a JavaScript file that lies beside this one, for `Component.library`.

    Raises ValueError when there is none of that name.
    """
    return f"{_FOLDER}/{_FILES[_FILES.index(name)]}"
