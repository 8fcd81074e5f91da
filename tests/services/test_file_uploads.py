"""What is uploaded is looked at before it is kept."""

import pytest

from assistant.errors import Refused
from assistant.services import files
from assistant.services.file_kinds import BROKEN
from assistant.services.file_uploads import EMPTY, FILE_BYTES, TOO_LARGE, upload
from tests.papers import WORD, package, pdf, png, word


@pytest.mark.parametrize(
    ("name", "content", "media", "text"),
    [
        ("a.txt", "Grüße\u200b\r\n".encode(), "text/plain", "Grüße"),
        ("a.pdf", pdf("Hello from Zadar"), "application/pdf", "Hello from Zadar"),
        ("a.docx", word("Hello"), WORD, "Hello"),
        ("a.png", png(), "image/png", None),
        ("picture.png", pdf("No picture"), "application/pdf", "No picture"),
    ],
)
async def test_its_kind_and_text_come_from_its_content(name, content, media, text, alice) -> None:
    kept = await upload(alice.id, name, content)
    assert (kept.name, kept.media, kept.tainted) == (name, media, True)
    assert (await files.text_of(alice.id, kept.id))[1] == text
    assert await files.content_of(alice.id, kept) == content


@pytest.mark.parametrize(
    ("name", "content", "why"),
    [
        ("../a", b"words", "This is no name"),
        ("a", b"", EMPTY),
        ("a", b"x" * (FILE_BYTES + 1), TOO_LARGE),
        ("a.pdf", b"%PDF-1.4 and nothing more", BROKEN),
        ("a.docx", package({"word/document.xml": "<w:"}), BROKEN),
        ("a.exe", b"MZ\x90\0", "This kind of file is not taken"),
        ("a.png", png(99_999, 1), "This picture has more than"),
    ],
    ids=lambda value: str(value)[:20],
)
async def test_what_is_not_taken_is_refused_and_not_kept(name, content, why, alice) -> None:
    with pytest.raises(Refused, match=why.split(":")[0]):
        await upload(alice.id, name, content)
    assert await files.listed(alice.id) == []
