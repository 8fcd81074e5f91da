"""A script for `aside`: a page of PDF comes in behind a line, out goes what it looks like, as PNG.

The line: the folder in which the library finds the part of it that reads PDF.
"""

import os
import sys

DOTS = 72  # to an inch: one pixel for each unit of the page


def drawn(page: bytes) -> bytes:
    """The first page as PNG. The library reads files only, so this is given to it as a pipe."""
    source, drain = os.pipe()
    if os.fork() == 0:
        os.close(source)
        with os.fdopen(drain, "wb") as pipe:
            pipe.write(page)
        os._exit(0)
    os.close(drain)
    from kreuzberg import render_pdf_page  # it reads TMPDIR at once

    return render_pdf_page(f"/dev/fd/{source}", 0, dpi=DOTS)


if __name__ == "__main__":
    folder, document = sys.stdin.buffer.read().split(b"\n", 1)
    os.environ["TMPDIR"] = folder.decode()
    sys.stdout.buffer.write(drawn(document))
