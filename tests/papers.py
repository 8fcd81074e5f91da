"""Small documents and pictures, made here byte by byte."""

import io
import struct
import zipfile
import zlib
from base64 import b64decode

WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
_TYPES = (
    '<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/'
    'content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.'
    'relationships+xml"/><Override PartName="/word/document.xml" ContentType="application/vnd.'
    'openxmlformats-officedocument.wordprocessingml.document.main+xml"/></Types>'
)
_RELATIONS = (
    '<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/'
    'relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/'
    '2006/relationships/officeDocument" Target="word/document.xml"/></Relationships>'
)

PHOTO = b64decode(
    "/9j/4AAQSkZJRgABAQAAAQABAAD/2wBDAAYEBQYFBAYGBQYHBwYIChAKCgkJChQODwwQFxQYGBcUFhYaHSUfGhsjHBYW"
    "ICwgIyYnKSopGR8tMC0oMCUoKSj/2wBDAQcHBwoIChMKChMoGhYaKCgoKCgoKCgoKCgoKCgoKCgoKCgoKCgoKCgoKCgo"
    "KCgoKCgoKCgoKCgoKCgoKCgoKCj/wAARCAAQACADASIAAhEBAxEB/8QAFgABAQEAAAAAAAAAAAAAAAAAAAYH/8QAFBAB"
    "AAAAAAAAAAAAAAAAAAAAAP/EABUBAQEAAAAAAAAAAAAAAAAAAAgG/8QAFBEBAAAAAAAAAAAAAAAAAAAAAP/aAAwDAQAC"
    "EQMRAD8AzoBHEigADCFZ/9k="
)
FRAME = b64decode(
    "EAMAnQEqIAAQAAFAJiWgAnTKEcDeAfiB+qvGBcoAE30AAP7y63/81MWAyRz/9LGt1cAcP+uWyt6PjNyr4u5aqAAA"
)


def pdf(words: str) -> bytes:
    """A page with these words."""
    drawn = f"BT /F1 12 Tf 20 200 Td ({words}) Tj ET".encode()
    return b"\n".join(
        (
            b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj",
            b"2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj",
            b"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 300 300]/Contents 4 0 R",
            b"/Resources<</Font<</F1 5 0 R>>>>>>endobj",
            b"4 0 obj<</Length %d>>stream\n%s\nendstream endobj" % (len(drawn), drawn),
            b"5 0 obj<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>endobj",
            b"trailer<</Root 1 0 R>>\n%%EOF\n",
        )
    )


def package(entries: dict[str, bytes | str]) -> bytes:
    """A ZIP with these entries."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as written:
        for name, content in entries.items():
            written.writestr(name, content)
    return file.getvalue()


def word(words: str) -> bytes:
    """A Word document with these words."""
    document = (
        '<?xml version="1.0"?><w:document xmlns:w="http://schemas.openxmlformats.org/'
        f'wordprocessingml/2006/main"><w:body><w:p><w:r><w:t>{words}</w:t></w:r></w:p></w:body>'
        "</w:document>"
    )
    return package(
        {
            "[Content_Types].xml": _TYPES,
            "_rels/.rels": _RELATIONS,
            "word/document.xml": document,
        }
    )


def png(width: int = 2, height: int = 2) -> bytes:
    """A black picture that says it is of this size; the pixels are those of a small one."""
    return png_of(width, height, 0, 8, b"\0\0\0" * 2)


def png_of(
    width: int, height: int, kind: int, depth: int, rows: bytes, **more: bytes | int
) -> bytes:
    """A picture of these rows, each with its filter's number; more: chunks before them."""
    head = struct.pack(">IIBBBBB", width, height, depth, kind, 0, 0, int(more.pop("interlaced", 0)))
    between = b"".join(chunk(name.encode(), bytes(body)) for name, body in more.items())
    body = chunk(b"IDAT", zlib.compress(rows))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + between + body + chunk(b"IEND", b"")


def chunk(kind: bytes, body: bytes) -> bytes:
    """A piece of a PNG."""
    check = struct.pack(">I", zlib.crc32(kind + body))
    return struct.pack(">I", len(body)) + kind + body + check


def photo(turn: int = 1) -> bytes:
    """A JPEG of 32 by 16 pixels, red on the left and blue on the right, and where it was taken.

    turn: how the camera was held, as EXIF numbers it.
    """
    directory = struct.pack("<HHHIII", 1, 0x0112, 3, 1, turn, 0)
    exif = b"Exif\0\0II*\0\x08\0\0\0" + directory + b"GPS: Zadar"
    return PHOTO[:2] + b"\xff\xe1" + struct.pack(">H", 2 + len(exif)) + exif + PHOTO[2:]


def inks(samples: tuple[int, int, int, int], adobe: int | None = None) -> bytes:
    """A JPEG of 16 by 16 pixels of one colour, in the four inks of a printer.

    adobe: how a program that signs as Adobe's do says that colours are stored.
    """
    bits, before = "", [0] * 4
    for at in range(16):  # four blocks of each ink
        value = (samples[at % 4] - 128) * 8
        change, before[at % 4] = value - before[at % 4], value
        size = abs(change).bit_length()
        stored = change if change > 0 else change + (1 << size) - 1
        bits += f"{size:04b}" + (f"{stored:0{size}b}" if size else "") + "0"
    bits += "1" * (-len(bits) % 8)
    body = int(bits, 2).to_bytes(len(bits) // 8, "big").replace(b"\xff", b"\xff\0")
    each = range(1, 5)
    frame = struct.pack(">BHHB", 8, 16, 16, 4) + b"".join(bytes((ink, 0x11, 0)) for ink in each)
    signed = b"" if adobe is None else b"Adobe" + struct.pack(">HHHB", 100, 0, 0, adobe)
    parts = (
        (0xEE, signed),
        (0xDB, b"\0" + b"\x01" * 64),
        (0xC0, frame),
        (0xC4, b"\0" + bytes([0, 0, 0, 12, *[0] * 12]) + bytes(range(12))),
        (0xC4, b"\x10" + bytes([1, *[0] * 15]) + b"\0"),
        (0xDA, b"\x04" + b"".join(bytes((ink, 0)) for ink in each) + b"\0\x3f\0"),
    )
    told = (b"\xff%c" % mark + struct.pack(">H", 2 + len(part)) + part for mark, part in parts)
    return b"\xff\xd8" + b"".join(told) + body + b"\xff\xd9"


def still(flags: int = 0x08) -> bytes:
    """A WebP of 32 by 16 pixels with what a camera wrote."""
    canvas = bytes([flags, 0, 0, 0]) + struct.pack("<HBHB", 31, 0, 15, 0)
    chunks = (b"VP8X", canvas), (b"VP8 ", FRAME), (b"EXIF", b"GPS: Zadar")
    packed = b"".join(kind + struct.pack("<I", len(body)) + body for kind, body in chunks)
    return b"RIFF" + struct.pack("<I", 4 + len(packed)) + b"WEBP" + packed


def pixels(drawn: bytes) -> list[list[tuple[int, ...]]]:
    """The rows of a PNG of eight bits and no palette, each pixel as red, green, blue."""
    found = {drawn[at + 4 : at + 8]: drawn[at + 8 : at + 8 + size] for at, size in _pieces(drawn)}
    width, height, _, kind = struct.unpack(">IIBB", found[b"IHDR"][:10])
    size = {0: 1, 2: 3, 6: 4}[kind]
    raw, above, rows = zlib.decompress(found[b"IDAT"]), bytearray(width * size), []
    for start in range(0, height * (width * size + 1), width * size + 1):
        above = _row(raw[start], raw[start + 1 : start + 1 + width * size], above, size)
        rows.append([_colour(above[at : at + size]) for at in range(0, width * size, size)])
    return rows


def _pieces(drawn: bytes) -> list[tuple[int, int]]:
    at, places = 8, []
    while at < len(drawn):
        (size,) = struct.unpack_from(">I", drawn, at)
        places.append((at, size))
        at += 12 + size
    return places


def _row(how: int, packed: bytes, above: bytearray, size: int) -> bytearray:
    row = bytearray(packed)
    for at in range(len(row)):
        left = row[at - size] if at >= size else 0
        corner = above[at - size] if at >= size else 0
        guesses = (0, left, above[at], (left + above[at]) // 2, _paeth(left, above[at], corner))
        row[at] = (row[at] + guesses[how]) & 0xFF
    return row


def _paeth(left: int, above: int, corner: int) -> int:
    guess = left + above - corner
    return min((left, above, corner), key=lambda near: abs(guess - near))


def _colour(pixel: bytearray) -> tuple[int, ...]:
    return tuple(pixel[:3]) if len(pixel) >= 3 else (pixel[0],) * 3


def gif(width: int = 2, height: int = 2) -> bytes:
    """The head of a GIF."""
    return b"GIF89a" + struct.pack("<HH", width, height) + b"\0\0\0;"


def gif_of(width: int, rows: bytes, colours: bytes, flags: int = 0, clear: int = -1) -> bytes:
    """A GIF whose pixels have these numbers; flags: of its frame; clear: what is transparent."""
    bits = max(2, (len(colours) // 3 - 1).bit_length())
    table = colours.ljust(3 << bits, b"\0")
    size = struct.pack("<HH", width, len(rows) // width)
    control = bytes([0x21, 0xF9, 4, clear >= 0, 0, 0, max(clear, 0), 0])
    packed = _lzw(rows, bits)
    blocks = (packed[at : at + 255] for at in range(0, len(packed), 255))
    return b"".join(
        (
            b"GIF89a" + size + bytes([0x80 | bits - 1, 0, 0]) + table + control,
            b"\x21\xfe\x0aGPS: Zadar\0",
            b"\x2c\0\0\0\0" + size + bytes([flags, bits]),
            *(bytes([len(block)]) + block for block in blocks),
            b"\0;",
        )
    )


def _lzw(numbers: bytes, bits: int) -> bytes:
    clear, width, held, have = 1 << bits, bits + 1, 1 << bits, bits + 1
    table, word = {bytes([n]): n for n in range(clear)}, b""
    for number in numbers:
        if (longer := word + bytes([number])) in table:
            word = longer
            continue
        held, have = held | table[word] << have, have + width
        if len(table) + 2 < 4_096:
            width += len(table) + 2 == 1 << width
            table[longer] = len(table) + 2
        word = bytes([number])
    held, have = held | table[word] << have, have + width
    held |= clear + 1 << have
    return held.to_bytes(have // 8 + 3, "little")


def jpeg(width: int = 2, height: int = 2) -> bytes:
    """The head of a JPEG, with a segment before the one that tells its size."""
    segment = b"\xff\xe0" + struct.pack(">H", 6) + b"JFIF"
    frame = b"\xff\xc0" + struct.pack(">HBHH", 8, 8, height, width) + b"\0"
    return b"\xff\xd8" + segment + frame


def webp(width: int = 2, height: int = 2) -> bytes:
    """The head of a WebP of the extended form."""
    size = (width - 1).to_bytes(3, "little") + (height - 1).to_bytes(3, "little")
    return b"RIFF\x1e\0\0\0WEBPVP8X\x0a\0\0\0\0\0\0\0" + size
