"""The languages in which answers can be asked for."""

import re
import unicodedata

from assistant.services.languages import LANGUAGES


def test_each_language_is_named_once_in_english_and_in_its_own_words():
    listed = LANGUAGES.values()
    assert len({one.name for one in listed}) == len({one.own for one in listed}) == len(LANGUAGES)
    for code, one in LANGUAGES.items():
        assert re.fullmatch(r"[a-z]{2}(-[A-Z]{2}|-[A-Z][a-z]{3})?", code)
        assert one.name.isascii()
        assert unicodedata.is_normalized("NFC", one.own)


def test_they_stand_in_the_order_of_their_english_names():
    names = [one.name for one in LANGUAGES.values()]
    assert names == sorted(names)
