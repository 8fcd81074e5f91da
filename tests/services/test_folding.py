"""Text as it is searched."""

# ruff: noqa: RUF001

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.services.folding import folded, holds, pieces, snippet, terms_of
from tests.services.library import plain

SAME = [
    ("STRASSE", "straße"),
    ("café", "cafe\u0301"),
    ("cafe", "CAFÉ"),
    ("ﬁne", "fine"),
    ("ёлка", "ЕЛКА"),
    ("Ὀδυσσεύς", "οδυσσευσ"),
    ("DIŞ", "dış"),
    ("İstanbul", "istanbul"),
    ("مُحَمَّد", "محمد"),
    ("שָׁלוֹם", "שלום"),
    ("한국", "한국"),
    ("ｶﾞｷﾞ", "ガギ"),
    ("soft\u00adhyphen", "softhyphen"),
    ("❤️", "❤"),
    ("a \n\t\u00a0 b", "a b"),
]
DIFFERENT = [("か", "が"), ("कि", "की"), ("กู", "กุ"), ("มา", "ม้"), ("o", "ø")]
AT_HAND = 'aAéßıİσςﬁй क्षิ้ か\u3099한ﷺ👩\u200d\u0301\u0323\u093c\u094d\ufe0f\u00ad\n\u00a0"“'
TEXT = st.text(st.one_of(st.sampled_from(AT_HAND), st.characters(exclude_categories=["Cs"])))


@pytest.mark.parametrize(("one", "other"), SAME)
def test_what_people_take_for_the_same_is_the_same(one, other):
    assert folded(one) == folded(other)


@pytest.mark.parametrize(("one", "other"), DIFFERENT)
def test_other_letters_stay_others(one, other):
    assert folded(one) != folded(other)


@given(TEXT)
def test_folding_by_characters_is_folding_the_whole(text):
    assert sorted(folded(text)) == sorted(plain(text))


def test_a_query_is_words_and_phrases():
    assert terms_of('Red  "big Dog" red “ö  x” "open end') == ["red", "big dog", "o x", "open end"]
    assert terms_of(' "" \u200d \u0301 ') == []


@given(TEXT, TEXT)
def test_pieces_are_the_text_and_the_second_of_each_two_matches(before, word):
    text, terms = f"{before}{word} and {word}", terms_of(word)
    found = pieces(text, terms)
    assert folded("".join(found)) == folded(text)
    assert all(any(term[0] == folded(each)[:1] for term in terms) for each in found[1::2])


@given(TEXT, TEXT, TEXT)
def test_a_snippet_shows_a_match_of_every_text_that_has_one(before, word, after):
    text, terms = f"{before * 30}{word}{after * 30}", terms_of(word)
    if terms and holds(folded(text), terms):
        assert len(snippet(text, terms)) >= 3


def test_marks_cover_whole_letters():
    assert pieces("A Cafe\u0301, Straße", terms_of("cafe strasse")) == [
        "A ",
        "Café",
        ", ",
        "Straße",
        "",
    ]


def test_a_snippet_says_what_it_leaves_out():
    long = "one two " * 100
    found = snippet(f"{long} needle\n in hay {long}", ["needle"])
    assert found[0].startswith("…")
    assert found[0].endswith("one two ")
    assert found[1] == "needle"
    assert found[2].startswith(" in hay one")
    assert found[2].endswith("…")
    assert len("".join(found)) < 200
