"""A script for `aside`: a document comes in behind two lines, out goes its text.

The lines: the folder in which the library finds the part of it that reads PDF, and the media type.
"""

import os
import sys

LONGEST = 200_000  # characters


def document_text(content: bytes, media: str) -> str:
    """What can be read in a document. Pictures in it are not looked at."""
    from kreuzberg import ExtractionConfig, extract_bytes_sync  # it reads TMPDIR at once

    config = ExtractionConfig(use_cache=False, disable_ocr=True)  # type: ignore[call-arg]  # it does
    return extract_bytes_sync(content, media, config).content[:LONGEST]


if __name__ == "__main__":
    folder, media_type, document = sys.stdin.buffer.read().split(b"\n", 2)
    os.environ["TMPDIR"] = folder.decode()
    text = document_text(document, media_type.decode())
    sys.stdout.buffer.write(text.encode("utf-8", "replace"))
