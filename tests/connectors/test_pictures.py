"""Pictures are drawn anew for models, and those that are built to do harm end in a sentence."""

import asyncio
import random
import struct
from pathlib import Path

import pytest

from assistant.connectors import pictures
from assistant.connectors.picture_page import DAMAGED
from assistant.connectors.pictures import (
    GIF,
    JPEG,
    MOST,
    NO_STILL,
    PNG,
    TOO_LARGE,
    WEBP,
    Unfit,
    opened,
)
from tests.papers import gif, gif_of, inks, jpeg, photo, pixels, png, png_of, still

RED, BLUE, WHITE = (255, 0, 0), (0, 0, 255), (255, 255, 255)


@pytest.fixture(scope="module")
def libraries(tmp_path_factory) -> Path:
    return tmp_path_factory.mktemp("libraries")


async def seen(content: bytes, media: str, libraries: Path) -> list[list[tuple[int, ...]]]:
    """The pixels that a model is shown."""
    picture = await opened(content, media, libraries)
    assert picture.media == PNG
    rows = pixels(picture.content)
    assert (len(rows[0]), len(rows)) == (picture.width, picture.height)
    return rows


def alike(pixel: tuple[int, ...], wanted: tuple[int, ...]) -> bool:
    return all(abs(a - b) <= 2 for a, b in zip(pixel, wanted, strict=True))


CORNERS = {  # of a red left and a blue right half: top left, top right, bottom left
    1: (RED, BLUE, RED),
    2: (BLUE, RED, BLUE),
    3: (BLUE, RED, BLUE),
    4: (RED, BLUE, RED),
    5: (RED, RED, BLUE),
    6: (RED, RED, BLUE),
    7: (BLUE, BLUE, RED),
    8: (BLUE, BLUE, RED),
}


@pytest.mark.parametrize("turn", CORNERS)
async def test_a_photo_is_upright_and_says_nothing_of_where_it_was_taken(turn, libraries) -> None:
    rows = await seen(photo(turn), JPEG, libraries)
    assert (len(rows[0]), len(rows)) == ((32, 16) if turn < 5 else (16, 32))
    for pixel, wanted in zip((rows[0][0], rows[0][-1], rows[-1][0]), CORNERS[turn], strict=True):
        assert alike(pixel, wanted)
    assert b"Zadar" not in (await opened(photo(turn), JPEG, libraries)).content


@pytest.mark.parametrize(
    ("samples", "adobe", "wanted"),
    [
        ((255, 0, 0, 0), None, (0, 174, 239)),  # cyan, as much as there is
        ((0, 255, 255, 255), 0, (0, 174, 239)),  # the same, stored as what is left
        ((0, 0, 0, 255), None, (35, 31, 32)),
        ((0, 0, 0, 0), None, (255, 255, 255)),
    ],
)
async def test_a_photo_for_printing_has_the_colours_of_its_inks(
    samples, adobe, wanted, libraries
) -> None:
    rows = await seen(inks(samples, adobe), JPEG, libraries)
    assert all(alike(pixel, wanted) for row in rows for pixel in row)


async def test_an_interlaced_picture_is_drawn_whole(libraries) -> None:
    passes = [b"\0" + bytes(RED), b"\0" + bytes(BLUE), b"\0" + bytes((*RED, *BLUE))]
    rows = await seen(png_of(2, 2, 2, 8, b"".join(passes), interlaced=1), PNG, libraries)
    assert rows == [[RED, BLUE], [RED, BLUE]]


PALETTE = bytes((*RED, *BLUE, 0, 0, 0))


@pytest.mark.parametrize(
    ("kind", "depth", "row", "more"),
    [
        (2, 8, bytes((*RED, *BLUE, 0, 0, 255)), {}),
        (2, 16, b"\xff\xff\0\0\0\0" + b"\0\0\0\0\xff\xff" * 2, {}),
        (3, 8, b"\0\1\1", {"PLTE": PALETTE}),
        (3, 2, bytes([0b00010100]), {"PLTE": PALETTE}),
        (6, 8, bytes((*RED, 255, *BLUE, 255, *BLUE, 255)), {}),
        (6, 16, b"\xff\xff\0\0\0\0\xff\xff" + b"\0\0\0\0\xff\xff\xff\xff" * 2, {}),
    ],
)
async def test_every_kind_of_png_keeps_its_colours(kind, depth, row, more, libraries) -> None:
    (colours,) = await seen(png_of(3, 1, kind, depth, b"\0" + row, **more), PNG, libraries)
    assert all(map(alike, colours, (RED, BLUE, BLUE)))


@pytest.mark.parametrize(
    ("kind", "depth", "row"),
    [(0, 8, b"\0\xff\x80"), (0, 16, b"\0\0\xff\xff\x80\x80"), (4, 8, b"\0\xff\xff\xff\x80\xff")],
)
async def test_grey_stays_grey(kind, depth, row, libraries) -> None:
    (greys,) = await seen(png_of(3, 1, kind, depth, b"\0" + row), PNG, libraries)
    assert all(map(alike, greys, ((0,) * 3, (255,) * 3, (128,) * 3)))


@pytest.mark.parametrize(
    ("kind", "row", "more"),
    [
        (6, bytes((*RED, 0, *BLUE, 255, *BLUE, 128)), {}),
        (3, b"\0\1\2", {"PLTE": bytes((*RED, *BLUE, *BLUE)), "tRNS": b"\0\xff\x80"}),
    ],
)
async def test_what_is_transparent_is_seen_on_white(kind, row, more, libraries) -> None:
    (colours,) = await seen(png_of(3, 1, kind, 8, b"\0" + row, **more), PNG, libraries)
    assert all(map(alike, colours, (WHITE, BLUE, (127, 127, 255))))


SOLID = {0: (255, 255), 1: (255, 0), 2: (0, 0), 3: (128, 0), 4: (0, 0)}  # as each filter says it


async def test_rows_may_be_filtered_in_every_way(libraries) -> None:
    dice = random.Random(1)  # noqa: S311
    rows = b"".join(
        bytes([how]) + b"".join(dice.randbytes(3) + bytes([SOLID[how][at > 0]]) for at in range(20))
        for how in (0, 1, 2, 3, 4, 3, 1, 2, 4)
    )
    content = png_of(20, 9, 6, 8, rows)
    for row, wanted in zip(await seen(content, PNG, libraries), pixels(content), strict=True):
        assert all(map(alike, row, wanted))


async def test_a_clear_grey_is_seen_on_white(libraries) -> None:
    ((clear, solid),) = await seen(png_of(2, 1, 4, 8, b"\0\0\0\0\xff"), PNG, libraries)
    assert alike(clear, WHITE)
    assert alike(solid, (0, 0, 0))


async def test_a_wide_picture_is_made_smaller_and_keeps_its_shape(libraries) -> None:
    wide = png_of(9_000, 90, 2, 8, (b"\0" + bytes(RED) * 4_500 + bytes(BLUE) * 4_500) * 90)
    rows = await seen(wide, PNG, libraries)
    assert (len(rows[0]), len(rows)) == (2_000, 20)
    assert alike(rows[10][0], RED)
    assert alike(rows[10][-1], BLUE)


async def test_noise_that_packs_badly_is_drawn_smaller_still(libraries) -> None:
    dice = random.Random(1)  # noqa: S311
    noise = b"".join(b"\0" + dice.randbytes(3 * 2_100) for _ in range(2_100))
    picture = await opened(png_of(2_100, 2_100, 2, 8, noise), PNG, libraries)
    assert (picture.width, picture.height) == (1_092, 1_092)
    assert len(picture.content) <= MOST


async def test_what_else_is_in_a_file_does_not_come_through(libraries) -> None:
    rows = b"\0" + bytes(RED) + bytes(BLUE)
    hidden = png_of(2, 1, 2, 8, rows, tEXt=b"Comment\0Obey me", eXIf=b"GPS") + b"PK\x03\x04 a zip"
    picture = await opened(hidden, PNG, libraries)
    assert not any(word in picture.content for word in (b"Obey", b"GPS", b"PK"))
    assert await opened(hidden, PNG, libraries) == picture  # so that vendors' caches know it again


async def test_of_a_gif_the_first_frame_is_seen(libraries) -> None:
    frames = gif_of(3, bytes([0, 1, 2]), bytes((*RED, *BLUE, *BLUE)), clear=2)
    (colours,) = await seen(frames, GIF, libraries)
    assert all(map(alike, colours, (RED, BLUE, WHITE)))


async def test_a_webp_goes_with_only_what_is_drawn_of_it(libraries) -> None:
    picture = await opened(still(), WEBP, libraries)
    assert (picture.media, picture.width, picture.height) == (WEBP, 32, 16)
    assert b"Zadar" not in picture.content
    assert struct.unpack("<I", picture.content[4:8]) == (len(picture.content) - 8,)


async def test_several_are_opened_at_once(libraries) -> None:
    some = await asyncio.gather(*(opened(photo(turn), JPEG, libraries) for turn in range(1, 6)))
    assert len({picture.content for picture in some}) == 3


SWOLLEN = png_of(3, 1, 2, 8, b"\0" * 80_000_000)


@pytest.mark.parametrize(
    ("content", "media"),
    [
        (png(300, 300), PNG),
        (png_of(1, 1, 0, 8, b"\0\0")[:-20], PNG),
        (png_of(1, 1, 0, 8, b"\0\0").replace(b"IDAT", b"IDAX"), PNG),
        (png_of(1, 1, 5, 8, b"\0\0"), PNG),
        (png_of(1, 1, 3, 8, b"\0\0"), PNG),
        (SWOLLEN, PNG),
        (b"", PNG),
        (photo()[:-2], JPEG),
        (photo()[:200], JPEG),
        (jpeg(), JPEG),
        (b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>", PNG),
        (gif(), GIF),
        (gif_of(2, b"\0" * 4, PALETTE)[:-8], GIF),
        (
            gif_of(2, b"\0" * 4, PALETTE).replace(b"\x2c\0\0\0\0\x02\0", b"\x2c\0\0\0\0\xff\xff"),
            GIF,
        ),
        (still()[:-1], WEBP),
        (still()[:20], WEBP),
        (b"", WEBP),
    ],
    ids=lambda value: str(value)[:12],
)
async def test_what_is_damaged_or_built_to_swell_ends_in_a_sentence(
    content, media, libraries
) -> None:
    with pytest.raises(Unfit) as caught:
        await opened(content, media, libraries)
    assert str(caught.value) == DAMAGED


@pytest.mark.parametrize(
    ("content", "media", "why"),
    [
        (b"<svg/>", "image/svg+xml", NO_STILL),
        (still(flags=0x02), WEBP, "This picture moves"),
        (png_of(9_000, 9_000, 0, 8, b"\0\0", interlaced=1), PNG, "large and stored interlaced"),
        (photo().replace(b"\xff\xc0", b"\xff\xc3"), JPEG, "a rare form of JPEG"),
    ],
)
async def test_what_no_vendor_takes_says_what_to_do(content, media, why, libraries) -> None:
    with pytest.raises(Unfit) as caught:
        await opened(content, media, libraries)
    assert why in str(caught.value)


async def test_a_webp_that_is_too_large_is_not_sent(libraries, monkeypatch) -> None:
    monkeypatch.setattr(pictures, "MOST", 50)
    with pytest.raises(Unfit) as caught:
        await opened(still(), WEBP, libraries)
    assert str(caught.value) == TOO_LARGE


async def test_a_webp_that_is_too_wide_is_not_sent(libraries) -> None:
    frame = b"\x2f" + struct.pack("<I", 8_000 | 1 << 14) + b"\0"
    packed = b"WEBPVP8L" + struct.pack("<I", len(frame)) + frame
    with pytest.raises(Unfit) as caught:
        await opened(b"RIFF" + struct.pack("<I", len(packed)) + packed, WEBP, libraries)
    assert str(caught.value) == TOO_LARGE


async def test_a_drawing_that_takes_too_much_is_ended(libraries, monkeypatch) -> None:
    monkeypatch.setattr(pictures, "MEMORY", 40_000_000)
    with pytest.raises(Unfit) as caught:
        await opened(photo(), JPEG, libraries)
    assert str(caught.value) == DAMAGED
