"""Pictures as the vendors of models take them: small enough, upright, and only what is to be seen.

What strangers sent is drawn anew, beside the program within limits: whatever else a file holds, a
place, a second file or a trap for who reads it, does not come through.
"""

import asyncio
import struct
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from assistant.connectors.aside import Failed, aside
from assistant.connectors.documents import MEMORY, Unreadable, readers, unpacked
from assistant.connectors.jpeg_raster import jpeg_raster
from assistant.connectors.picture_page import DAMAGED, Raster, Unfit, page
from assistant.connectors.png_raster import is_interlaced, png_raster
from assistant.connectors.webp_bare import webp_bare

__all__ = ["MOST", "Picture", "Unfit", "Unreadable", "opened"]

SECONDS = 8
DRAWER = Path(__file__).with_name("drawn_page.py")
FRAMER = Path(__file__).with_name("gif_frame.py")
WEAVER = Path(__file__).with_name("png_woven.py")
PNG, JPEG, GIF, WEBP = "image/png", "image/jpeg", "image/gif", "image/webp"
RASTERS: dict[str, Callable[[bytes], Raster]] = {PNG: png_raster, JPEG: jpeg_raster}
# Anthropic takes 5 MiB of base64 for a picture, and 8,000 pixels on a side. The smallest size fits
# whatever is in it. Photos pack badly, and models see no more of them than the first size has.
MOST, LONGEST_SIDE = 3_900_000, 8_000
SIDES = {PNG: (2_000, 1_568, 1_092), JPEG: (1_568, 1_092), GIF: (1_568, 1_092)}
INDEXED = b"/Filter/FlateDecode/BitsPerComponent 8/ColorSpace[/Indexed/DeviceRGB 255<%b>]"
COLOURS = 8 + 3 * 256
NO_STILL = "Pictures of this kind cannot be shown. Saved as PNG or JPEG, they can."
TOO_LARGE = "This picture is too large to be shown. Saved as PNG or JPEG, it can be."


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture that every vendor takes."""

    media: str
    content: bytes
    width: int
    height: int


async def opened(content: bytes, media: str, libraries: Path) -> Picture:
    """A picture of a known kind, ready to be sent. Raises Unfit, which says why it cannot be.

    libraries: see `documents.text_of`. Raises Unreadable where no reader can be unpacked there, and
    TimeoutError where the machine is too busy to tell.
    """
    if media == WEBP:
        return await _bare(content)
    if media not in SIDES:
        raise Unfit(NO_STILL)
    async with readers:
        raster = await _raster(content, media)
        folder = await unpacked(libraries)
        for side in SIDES[media]:
            drawn = await _drawn(raster, side, folder)
            if len(drawn) <= MOST:
                return Picture(PNG, drawn, *raster.within(side))
    raise Unfit(TOO_LARGE)


async def _bare(content: bytes) -> Picture:
    bare, width, height = await asyncio.to_thread(webp_bare, content)
    if len(bare) > MOST or max(width, height) > LONGEST_SIDE:
        raise Unfit(TOO_LARGE)
    return Picture(WEBP, bare, width, height)


async def _raster(content: bytes, media: str) -> Raster:
    if media == GIF:
        return framed(await _made(FRAMER, content))
    if media == PNG and is_interlaced(content):
        content = await _made(WEAVER, content)
    return await asyncio.to_thread(RASTERS[media], content)


def framed(frame: bytes) -> Raster:
    """What `gif_frame.py` has made of a GIF."""
    width, height = struct.unpack_from(">II", frame)
    return Raster(width, height, INDEXED % frame[8:COLOURS].hex().encode(), frame[COLOURS:])


async def _made(script: Path, given: bytes) -> bytes:
    try:
        return await aside(script, given, seconds=SECONDS, memory=MEMORY)
    except Failed as error:
        if isinstance(error.__cause__, TimeoutError):  # its computing time was not used up
            raise error.__cause__ from None
        raise Unfit(DAMAGED) from error


async def _drawn(raster: Raster, side: int, folder: Path) -> bytes:
    laid = await asyncio.to_thread(page, raster, side)
    drawn = await _made(DRAWER, str(folder).encode() + b"\n" + laid)
    if drawn[16:24] != struct.pack(">II", *raster.within(side)):
        raise Unfit(DAMAGED)
    return drawn
