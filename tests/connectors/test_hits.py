"""What engines have found, in one form."""

import pytest

from assistant.agent.backends.web import Hit
from assistant.connectors.hits import hits

URL = "https://site.example/page"


def test_words_lose_their_markup_and_what_hides_in_them() -> None:
    found = [
        ("<strong>Tea</strong> &amp; cake\n", URL, "It&#x27;s <b>good</b><script>x</script>\u200b")
    ]
    assert hits(found, 5) == (Hit("Tea & cake", URL, "It's good"),)


def test_markup_that_was_written_as_text_stays_text() -> None:
    assert hits([("a &lt;b&gt; c", URL, "")], 5)[0].title == "a <b> c"


def test_each_page_comes_once_and_no_more_than_were_asked_for() -> None:
    found = [("a", f"{URL}{number % 4}", "") for number in range(9)]
    assert [hit.url for hit in hits(found, 3)] == [f"{URL}0", f"{URL}1", f"{URL}2"]
    assert len(hits(found, 9)) == 4


def test_a_page_without_a_title_is_called_by_its_address() -> None:
    assert hits([("<b></b>", URL, "x")], 1) == (Hit(URL, URL, "x"),)


def test_long_words_are_cut() -> None:
    (hit,) = hits([("a" * 999, URL, "b" * 9999)], 1)
    assert (len(hit.title), len(hit.excerpt)) == (200, 600)


@pytest.mark.parametrize(
    "url",
    [
        *("", "/page", "site.example", "javascript:alert(1)", "data:text/html,x", "ftp://a/"),
        *(
            "http://",
            "https:///x",
            "http://a b/",
            "https://a/\nb",
            "https://a/\u202eb",
            "http://[x/",
        ),
        "https://a/" + "b" * 2000,
    ],
)
def test_what_cannot_be_opened_is_left_out(url) -> None:
    assert hits([("bad", url, ""), ("good", URL, "")], 5) == (Hit("good", URL, ""),)
