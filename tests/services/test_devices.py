"""What people call the browser that they sign in with."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.services.devices import label_of

CHROME = "Mozilla/5.0 ({}) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0 Safari/537.36"
SAFARI = "Mozilla/5.0 ({}) AppleWebKit/605.1 (KHTML, like Gecko) Version/18.0 Safari/605.1"


@pytest.mark.parametrize(
    ("user_agent", "label"),
    [
        ("Mozilla/5.0 (X11; Linux x86_64; rv:131.0) Gecko/20100101 Firefox/131.0",
         "Firefox on Linux"),
        (CHROME.format("Windows NT 10.0; Win64; x64"), "Chrome on Windows"),
        (CHROME.format("Windows NT 10.0; Win64; x64") + " Edg/130.0", "Edge on Windows"),
        (CHROME.format("Linux; Android 10; K"), "Chrome on Android"),
        (CHROME.format("X11; CrOS x86_64 14541.0.0"), "Chrome on ChromeOS"),
        (SAFARI.format("Macintosh; Intel Mac OS X 10_15_7"), "Safari on macOS"),
        (SAFARI.format("iPhone; CPU iPhone OS 18_0 like Mac OS X"), "Safari on iPhone"),
        ("curl/8.0", "A browser"),
        ("", "A browser"),
    ],
)  # fmt: skip
def test_a_browser_is_called_by_its_name_and_system(user_agent, label):
    assert label_of(user_agent) == label


@given(st.text())
def test_nothing_that_a_browser_says_of_itself_is_repeated(user_agent):
    assert len(label_of(user_agent)) < 40
    assert label_of(user_agent).isascii()
