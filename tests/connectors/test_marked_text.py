"""What a letter in HTML says."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.connectors.marked_text import said


@pytest.mark.parametrize(
    ("markup", "says"),
    [
        ("", ""),
        ("plain", "plain"),
        ("a < b > c", "a < b > c"),
        ("<p>a</p><p>b<br>c</p>", "a\n\nb\nc"),
        ("<b>bo</b>ld", "bold"),
        ("<tr><td>1</td><td>2</td></tr>", "1  2"),
        ("<p title='>'>x</p>", "x"),
        ('<a href="https://x.example/?a=1&b=>">link</a>', "link"),
        ("<P CLASS=x>a</P>", "a"),
        ("&amp;lt;b&amp;gt; &euro;&nbsp;5 &#x41;", "&lt;b&gt; € 5 A"),
        ("<![if x]>a<![endif]><?xml y?>b<!doctype html>", "ab"),
        ("a<!-- <p>hidden</p> -->b", "ab"),
        ("a<!--[if mso]><p>hidden</p><![endif]-->b", "ab"),
        ("a<style>p > b {} <p>x</p></style>b", "ab"),
        ("a<SCRIPT>if (a<b) x()</Script >b", "ab"),
        ("a<script>never closed", "a"),
        ("a<!-- never closed", "a"),
        ("a</script>b-->c", "abc"),
        ("<title>T</title>x<scripty>y", "xy"),
        ("<", "<"),
        ("<a", "<a"),
        ('<a href="', '<a href="'),
    ],
)
def test_marks_go_and_words_stay(markup: str, says: str) -> None:
    assert said(markup).strip() == says


@pytest.mark.parametrize(
    "piece",
    ["<", "<div>", "<!--", "-->", "<a ", '<a "', "<a '", "<script>", "</p", "&", "&#", "<b><p>"],
)
def test_a_megabyte_of_one_thing_is_read_to_its_end(piece: str) -> None:
    assert said(piece * (1_000_000 // len(piece)) + "<p>end").count("end") <= 1


@given(st.text(alphabet="<>/!-'\"&; abp=script", max_size=60))
def test_no_markup_breaks_it(markup: str) -> None:
    assert len(said(markup)) <= len(markup) + markup.count("<")
