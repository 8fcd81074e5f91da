"""An invoice as a PDF of one page."""

from tests.stripe_local.form import Fields
from tests.stripe_local.periods import day, dollars


def of_invoice(bill: Fields) -> bytes:
    """The file."""
    told = [
        f"Invoice {bill['number']}",
        f"Date: {day(bill['effective_at'])}",
        f"To: {bill['customer_email'] or bill['customer']}",
        "",
        *(f"{each['description']}: {dollars(each['amount'])}" for each in bill["lines"]["data"]),
        "",
        f"Total: {dollars(bill['total'])}",
        f"Due: {dollars(bill['amount_remaining'])}",
        f"Status: {bill['status']}",
    ]
    return document(told)


def document(rows: list[str]) -> bytes:
    """A page of text. Characters beyond Latin-1 become question marks."""
    shown = b" ".join(b"(%b) Tj T*" % _escaped(row) for row in rows)
    stream = b"BT /F1 12 Tf 14 TL 60 780 Td " + shown + b" ET"
    bodies = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R "
        b"/Resources << /Font << /F1 5 0 R >> >> >>",
        b"<< /Length %d >>\nstream\n%b\nendstream" % (len(stream), stream),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
    ]
    out, places = b"%PDF-1.4\n", []
    for number, body in enumerate(bodies, 1):
        places.append(len(out))
        out += b"%d 0 obj\n%b\nendobj\n" % (number, body)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    size = len(bodies) + 1
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n%b" % (size, table)
    return out + b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (size, start)


def _escaped(row: str) -> bytes:
    plain = row.encode("latin-1", "replace")
    return plain.replace(b"\\", b"\\\\").replace(b"(", b"\\(").replace(b")", b"\\)")
