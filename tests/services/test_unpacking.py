"""A given archive is opened within bounds, whatever it is and whatever it says of itself."""

import io
import struct
import zipfile
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.errors import Refused
from assistant.services import unpacking
from assistant.services.archive import MANIFEST
from assistant.services.unpacking import BROKEN, NOT_THERE, TOO_LONG, TOO_MUCH, TWICE, Package
from tests.services.archives import packed

GOOD = packed({"conversations/1.json": "{}"})


def names(archive: bytes) -> list[str]:
    return [each.name for each in Package.of(archive).conversations()]


def whys(archive: bytes) -> list[str]:
    return [each.why for each in Package.of(archive).conversations()]


@pytest.mark.parametrize(
    "given_",
    [b"", b"PK", b"no zip", GOOD[:-10], GOOD[: len(GOOD) // 2], b"\x00" * 5_000, b"PK\x05\x06" * 9,
     b"PK\x05\x06" + b"\xff" * 18, b"\x1f\x8b\x08" + zlib.compress(b"x" * 99)],
)  # fmt: skip
def test_what_is_no_archive_is_refused_with_a_sentence(given_):
    with pytest.raises(Refused, match="no archive that can be read"):
        Package.of(given_)


@given(st.binary(max_size=400), st.integers(0, len(GOOD)), st.integers(0, 20))
def test_whatever_is_damaged_is_refused_or_told(noise, at, cut):
    damaged = GOOD[:at] + noise + GOOD[at + cut :]
    try:
        package = Package.of(damaged)
        package.manifest()
    except Refused:
        return
    assert all(isinstance(each.content, bytes) for each in package.conversations())


def test_an_archive_without_a_manifest_is_refused():
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        archive.writestr("conversations/1.json", "{}")
    with pytest.raises(Refused):
        Package.of(made.getvalue()).manifest()


def test_only_what_has_the_name_of_a_conversation_is_opened():
    hostile = [
        "../conversations/1.json",
        "/conversations/2.json",
        "conversations/../3.json",
        "conversations/a/4.json",
        "conversations\\5.json",
        "a/../conversations/6.json",
        "a/b/conversations/7.json",
        "__MACOSX/conversations/8.json",
        "conversations/9.md",
        "conversations/",
        "settings.json",
        "C:\\conversations\\10.json",
        "./conversations/11.json",
    ]
    archive = packed(
        dict.fromkeys([*hostile, "conversations/12.json", "my/conversations/13.json"], "{}")
    )
    assert names(archive) == ["conversations/12.json", "my/conversations/13.json"]


def test_a_folder_around_everything_harms_nothing():
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        archive.writestr(f"export/{MANIFEST}", "{}")
        archive.writestr("export/conversations/1.json", "x")
    package = Package.of(made.getvalue())
    assert package.manifest() == b"{}"
    assert [each.content for each in package.conversations()] == [b"x"]


def test_a_bomb_is_unpacked_no_further_than_its_bound(monkeypatch):
    monkeypatch.setattr(unpacking, "ENTRY_BYTES", 1_000)
    bomb = packed({"conversations/1.json": b"0" * 10_000_000, "conversations/2.json": "x"})
    assert len(bomb) < 20_000
    read = list(Package.of(bomb).conversations())
    assert [(len(each.content), each.why) for each in read] == [
        (0, "it unpacks to more than 8 MB"),
        (1, ""),
    ]


def test_a_conversation_of_8_mb_is_read_and_no_larger_one():
    archive = packed({"conversations/1.json": b"0" * 8_000_000,
                      "conversations/2.json": b"0" * 8_000_001})  # fmt: skip
    assert whys(archive) == ["", "it unpacks to more than 8 MB"]


def test_a_bomb_that_lies_about_its_size_is_told():
    name = b"conversations/1.json"
    bomb = packed({name.decode(): b"0" * 10_000_000})
    true, lie = struct.pack("<L", 10_000_000), struct.pack("<L", 10)
    assert bomb.count(true) == 2
    assert whys(bomb.replace(true, lie)) == [BROKEN]


def test_all_together_is_bounded_too():
    archive = packed({f"conversations/{n}.json": "x" * 400 for n in range(9)})
    package = Package.of(archive)
    package.left = 1_000
    assert [each.why for each in package.conversations()] == ["", "", TOO_MUCH]


def test_files_that_share_their_bytes_are_counted_each_time(monkeypatch):
    monkeypatch.setattr(unpacking, "ALL_BYTES", 2_000)
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as made:
        made.writestr("conversations/1.json", b"0" * 900)
        first = made.infolist()[0]
        for number in range(2, 9):  # more names for the same bytes
            again = zipfile.ZipInfo(f"conversations/{number}.json")
            for each in ("header_offset", "compress_size", "file_size", "CRC", "compress_type"):
                setattr(again, each, getattr(first, each))
            made.filelist.append(again)
    package = Package.of(archive.getvalue())
    package.left = 2_000
    assert len(list(package.conversations())) <= 8
    assert package.left >= 0


def test_too_many_files_are_refused_before_they_are_listed(monkeypatch):
    monkeypatch.setattr(unpacking, "MOST_FILES", 10)
    with pytest.raises(Refused, match="or 60,000 files"):
        Package.of(packed({f"x/{n}.md": "" for n in range(10)}))


def test_what_is_no_conversation_does_not_count_as_one(monkeypatch):
    monkeypatch.setattr(unpacking, "MOST_CONVERSATIONS", 10)
    beside = {f"conversations/{n}.md": "" for n in range(30)}
    ten = {f"conversations/{n}.json": "{}" for n in range(10)}
    assert len(names(packed(beside | ten))) == 10
    with pytest.raises(Refused, match="more than 20,000 conversations"):
        Package.of(packed(ten | {"conversations/10.json": "{}"}))


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_other_ways_of_packing_are_told(method):
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", method) as archive:
        archive.writestr("conversations/1.json", "{}")
    assert whys(made.getvalue()) == [BROKEN]


def test_what_is_encrypted_is_told():
    at = GOOD.rindex(b"PK\x01\x02")
    marked = bytearray(GOOD)
    marked[at + 8] |= 1
    assert whys(bytes(marked)) == [BROKEN]


def test_what_was_changed_is_told():
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        archive.writestr("conversations/1.json", "unique words")
    assert whys(made.getvalue().replace(b"unique", b"Unique")) == [BROKEN]


def test_links_are_only_names():
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        link = zipfile.ZipInfo("conversations/1.json")
        link.external_attr = 0o120777 << 16
        archive.writestr(link, "/etc/passwd")
    assert [each.content for each in Package.of(made.getvalue()).conversations()] == [
        b"/etc/passwd"
    ]


def items(archive: bytes) -> list[tuple[bytes, str]]:
    return [(each.content, each.why) for each in Package.of(archive).lines("notes.json")]


def test_a_list_is_read_line_by_line_as_an_export_writes_it():
    archive = packed({"notes.json": '[\n{"a": 1},\n{"b": 2}\n]\n', "a/b/notes.json": "[\n3\n]"})
    assert items(archive) == [(b'{"a": 1}', ""), (b'{"b": 2}', "")]
    assert items(packed({"notes.json": "[\n]\n"})) == items(packed({})) == []


def test_a_list_is_read_up_to_its_bounds_and_says_which(monkeypatch):
    monkeypatch.setattr(unpacking, "ENTRY_BYTES", 100)
    monkeypatch.setattr(unpacking, "MOST_LISTED", 2)
    assert items(packed({"notes.json": "1\n" + "x" * 5_000_000 + "\n2\n"})) == [
        (b"1", ""),
        (b"", "it unpacks to more than 0 MB"),
    ]
    assert items(packed({"notes.json": "[\n1\n2\n]\n"})) == [(b"1", ""), (b"2", "")]
    assert items(packed({"notes.json": "[\n1\n2\n3\n4\n"}))[2:] == [(b"3", ""), (b"", TOO_LONG)]
    package = Package.of(packed({"notes.json": "12345\n6\n"}))
    package.left = 3
    assert [each.why for each in package.lines("notes.json")] == [TOO_MUCH]


@pytest.mark.parametrize("line", ["", "[", "]", " ,", "],"])
def test_lines_that_hold_nothing_count_and_are_not_read_without_end(monkeypatch, line):
    monkeypatch.setattr(unpacking, "MOST_LISTED", 2)
    package = Package.of(packed({"notes.json": f"{line}\n" * 1_000_000 + "1\n"}))
    assert [each.why for each in package.lines("notes.json")] == [TOO_LONG]
    assert unpacking.ALL_BYTES - package.left < 100


@pytest.mark.parametrize("content", ["", "\n", "1\n"])
def test_all_lists_of_one_name_are_read_up_to_one_bound(monkeypatch, content):
    monkeypatch.setattr(unpacking, "MOST_LISTED", 20)
    lists = {f"{number}/notes.json": content for number in range(100)}
    read = items(packed(lists))
    assert read[-1] == (b"", TOO_LONG)
    assert len(read) <= 20 + 1


def test_a_damaged_list_is_told_where_it_breaks():
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        archive.writestr("notes.json", "unique words")
    assert items(made.getvalue().replace(b"unique", b"Unique"))[-1] == (b"", BROKEN)
    marked = bytearray(packed({"notes.json": "1\n"}))
    marked[marked.rindex(b"PK\x01\x02") + 8] |= 1
    assert items(bytes(marked)) == [(b"", BROKEN)]


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("files/1.txt", ""),
        ("files/2.txt", NOT_THERE),
        ("files/a/3.txt", NOT_THERE),
        ("../files/4.txt", NOT_THERE),
        ("files/..", NOT_THERE),
        ("manifest.json", NOT_THERE),
        ("", NOT_THERE),
    ],
)
def test_only_what_lies_beside_a_list_is_what_it_names(name, why):
    hostile = ["files/a/3.txt", "../files/4.txt", "files/.."]
    package = Package.of(packed({"files/1.txt": "x", **dict.fromkeys(hostile, "y")}))
    assert package.beside("", name, 10).why == why


def test_a_file_is_read_up_to_its_bound_and_never_as_one_of_two():
    made = io.BytesIO(packed({"my/files/1.txt": "x" * 3_000_000, "my/files/2.txt": "y"}))
    with pytest.warns(UserWarning, match="Duplicate"), zipfile.ZipFile(made, "a") as archive:
        archive.writestr("my/files/2.txt", "z")
    package = Package.of(made.getvalue())
    assert package.beside("my/", "files/1.txt", 2_000_000).why == "it unpacks to more than 2 MB"
    assert package.beside("my/", "files/2.txt", 2_000_000).why == TWICE
    assert package.beside("", "files/1.txt", 2_000_000).why == NOT_THERE


@pytest.mark.parametrize("offset", [2**40, 2**63 - 1, 2**63, 2**64 - 1])
@pytest.mark.parametrize(
    "name", [b"conversations/1.json", MANIFEST.encode()], ids=["file", "manifest"]
)
def test_an_entry_that_lies_beyond_all_bytes_is_damaged(name, offset):
    """ZIP64 (APPNOTE 4.5.3): the offset stands in an extra field of eight bytes."""
    at = GOOD.rindex(name) - 46
    begin, end = GOOD.index(b"PK\x01\x02"), GOOD.rindex(b"PK\x05\x06")
    line = bytearray(GOOD[at : at + 46 + len(name)])
    line[30:32], line[42:46] = struct.pack("<H", 12), b"\xff" * 4
    line += struct.pack("<HHQ", 1, 8, offset)
    directory = GOOD[begin:at] + line + GOOD[at + 46 + len(name) : end]
    sizes = struct.pack("<II", len(directory), begin)
    package = Package.of(GOOD[:begin] + directory + GOOD[end : end + 12] + sizes + b"\0\0")
    if name == MANIFEST.encode():
        with pytest.raises(Refused):
            package.manifest()
    else:
        assert [each.why for each in package.conversations()] == [BROKEN]
