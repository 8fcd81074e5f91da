"""The PDF of an invoice can be read by others."""

from kreuzberg import extract_bytes_sync

from tests.stripe_local import pdf


def test_its_words_can_be_read() -> None:
    file = pdf.document(["Invoice 0001", r"Paid (by card) \ thanks"])
    text = extract_bytes_sync(file, "application/pdf").content
    assert "Invoice 0001" in text
    assert r"Paid (by card) \ thanks" in text
