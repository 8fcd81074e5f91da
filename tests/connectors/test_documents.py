"""Documents give their text, and those that are built to do harm end as unreadable."""

import asyncio
from pathlib import Path

import pytest

from assistant.connectors import documents
from assistant.connectors.documents import LONGEST, PDF, Unreadable, text_of
from tests.papers import WORD, package, pdf, word


@pytest.fixture(scope="module")
def libraries(tmp_path_factory) -> Path:
    return tmp_path_factory.mktemp("libraries")


async def test_the_words_of_a_pdf_and_of_a_word_document_are_read(libraries) -> None:
    assert await text_of(pdf("Hello from Zadar"), PDF, libraries) == "Hello from Zadar"
    assert await text_of(word("Grüße aus Zadar"), WORD, libraries) == "Grüße aus Zadar"


async def test_the_reader_of_pdf_is_unpacked_once_into_our_folder(tmp_path) -> None:
    texts = await asyncio.gather(*(text_of(pdf(f"No {n}"), PDF, tmp_path) for n in range(3)))
    assert texts == ["No 0", "No 1", "No 2"]
    assert await text_of(pdf("again"), PDF, tmp_path) == "again"
    (reader,) = tmp_path.rglob("libpdfium*")
    assert reader.parent.parent.parent == tmp_path
    assert reader.parent.parent.stat().st_mode & 0o077 == 0


async def test_a_long_document_is_cut(libraries) -> None:
    text = await text_of(word("word " * 100_000), WORD, libraries)
    assert LONGEST - 10 < len(text) <= LONGEST


async def test_nothing_unseen_is_in_the_text(libraries) -> None:
    assert await text_of(word("pay\u202e \u200bBob"), WORD, libraries) == "pay Bob"


@pytest.mark.parametrize(
    ("content", "media"),
    [
        (b"%PDF-1.4 and nothing more", PDF),
        (b"", PDF),
        (b"PK\x03\x04 and nothing more", WORD),
        (package({"word/document.xml": b"<w:document"}), WORD),
    ],
)
async def test_what_is_damaged_is_unreadable(content, media, libraries) -> None:
    with pytest.raises(Unreadable):
        await text_of(content, media, libraries)


async def test_a_document_that_swells_is_ended(libraries, monkeypatch) -> None:
    monkeypatch.setattr(documents, "MEMORY", 600_000_000)
    swollen = package({"word/document.xml": b"<w:t>" + b" " * 900_000_000})
    with pytest.raises(Unreadable):
        await text_of(swollen, WORD, libraries)
