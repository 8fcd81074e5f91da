"""Where anybody may be led back to: pages of ours, and nowhere else."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.pages import PAGES
from assistant.services import addresses
from assistant.services.addresses import own_path, with_next

NAMED = ("SIGN_IN", "VERIFY", "LEAVING", "CLOSED", "SETTINGS")
OURS = ["/", "/settings", "/chat/9c6798e6-bae7-42c3-b8e4-9db35baa125c", "/usage?month=2026-11",
        "/sign-in?again=1&next=", "/a_b/c-d"]  # fmt: skip
HOSTS = ["evil.example", "evil.example/%2f..", "localhost:3000@evil.example",
         "evil%E3%80%82example", "\u3002evil.example", "127.0.0.1", "[::1]", "0x7f.1",
         "evil.example\\@localhost:3000"]  # fmt: skip
BEFORE = ["//", "///", "////", "\\\\", "/\\", "\\/", "/\\/", "/%09/", "/\t/", "/\n/", "/\r/",
          "\t//", " //", "/ /", "/%2f", "/%2F%2F", "/%5c", "/.//", "/..//", "/x/..//", "/;//",
          "/?//", "/#//", "http://", "https://", "HTTPS://", "https:/", "https:", "http:\\\\",
          "ftp://", "//user@",
          "/chat/../..//", "/\x00/", "/\u2044\u2044", "/\uff0f\uff0f", "/\u00a0//"]  # fmt: skip
OTHERS = ["", "x", "settings", "javascript:alert(1)", "java\nscript:alert(1)", "data:text/html,x",
          "vbscript:x", "/auth/logout", "/auth/login/google", "/api/export", "/_event", "/_upload",
          "/a//b", "/a/", "/a?b#c", "/a?next=//evil.example", "/a?next=https:evil", "/a%20b",
          "/" + "x" * 200, "/ä", "/a\u202eb", "/?next=%2F%2Fevil.example", "/.", "/..", "/a/../b",
          "/a;b", "/a:b", "/a@b", "/a.html"]  # fmt: skip
STRANGE = [before + host for before in BEFORE for host in HOSTS] + OTHERS


@pytest.mark.parametrize("path", OURS)
def test_a_page_of_ours_may_be_gone_back_to(path):
    assert own_path(path) == path


@pytest.mark.parametrize("path", STRANGE, ids=ascii)
def test_nobody_is_sent_anywhere_else(path):
    assert own_path(path) == "/"


def test_there_are_as_many_strange_addresses_as_promised():
    assert len(set(STRANGE)) >= 324


@given(st.text())
def test_no_text_leads_away(text):
    path = own_path(text)
    assert path == "/" or (path == text and re.fullmatch(r"/[\w/?=&-]*", path, re.ASCII))
    assert not path.startswith("//")


def test_each_page_that_others_lead_to_exists_and_can_be_gone_back_to():
    named = {value for name, value in vars(addresses).items() if name in NAMED}
    assert len(named) == len(NAMED)
    assert named <= {page["route"] for page in PAGES}
    assert [with_next("/x?a=1", path) for path in ("/", "//evil.example")] == ["/x?a=1"] * 2
    assert {with_next("/x?a=1", path) for path in named} == {f"/x?a=1&next={n}" for n in named}
