"""Pages that talk to whichever origin they were loaded from."""

import re
from pathlib import Path

import reflex as rx

BUILT_FOR = "http://localhost"
_BAKED = re.compile(r"""(["'`])(http|ws)://localhost(/[^"'`]*)\1""")
_ADDRESS = r'location.origin.replace("http","\2")+"\3"'


class SameOrigin(rx.plugins.Plugin):
    """Reflex bakes the server's address into one file of the build.

    Without this, each other PORT or APP_URL would need pages of its own.
    """

    def post_build(self, **context: object) -> None:
        """Replace the addresses by expressions over `location`, before the files are compressed."""
        (file,) = Path(str(context["static_dir"])).glob("assets/reflex-env-*.js")
        text, replaced = _BAKED.subn(_ADDRESS, file.read_text())
        if not replaced:
            raise RuntimeError(f"{file} has no address of the server in it")
        file.write_text(text)
