"""The page's own JavaScript, linked into one folder of the build: so files import each other."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import reflex as rx
from reflex_base.environment import environment

_FILES = frozenset(file.name for file in Path(__file__).parent.glob("*.js*"))
# Where rx.asset links to: a folder named for the module that asks. So all are asked for here.
_FOLDER = f"$/public/external/{__name__.replace('.', '/')}"


def _link() -> None:
    for name in _FILES:
        rx.asset(name, shared=True)


# Who serves pages that are built already needs no links. rx.asset looks at each frame of its
# stack, which while modules are imported is deep and dear: seven seconds for all. A thread has a
# short one.
if not environment.REFLEX_SKIP_COMPILE.get():
    with ThreadPoolExecutor(1) as _aside:
        _aside.submit(_link).result()


def script(name: str) -> str:
    """The import path of a JavaScript file that lies beside this one, for `Component.library`.

    Raises FileNotFoundError when there is none of that name.
    """
    if name not in _FILES:
        raise FileNotFoundError(name)
    return f"{_FOLDER}/{name}"
