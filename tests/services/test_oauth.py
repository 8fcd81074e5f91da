"""What differs between providers, and what is believed of what they say about people."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.errors import NotFound, SignInFailed
from assistant.services.oauth import (
    PROVIDERS,
    _issuer,
    _person,
    address_of,
    callback_of,
    configured,
    provider_of,
)
from tests.identity.conftest import set_up

TENANT = "9188040d-6c67-4c5b-b112-36a304b66dad"
MICROSOFT = {"issuer": "https://login.microsoftonline.com/{tenantid}/v2.0"}


@pytest.mark.parametrize("name", ["google", "microsoft", "github"])
def test_a_provider_exists_once_it_is_set_up(name):
    assert configured() == []
    with pytest.raises(NotFound):
        provider_of(name)
    with set_up({f"{name.upper()}_CLIENT_ID": "x", f"{name.upper()}_CLIENT_SECRET": "y"}):
        assert configured() == [provider_of(name)]


def test_the_way_back_is_ours():
    with set_up({"APP_URL": "https://assistant.example/"}):
        back = callback_of(PROVIDERS["github"])
    assert back == "https://assistant.example/auth/callback/github"


async def test_github_is_found_where_it_is_unless_told_otherwise():
    keys = {"GITHUB_CLIENT_ID": "x", "GITHUB_CLIENT_SECRET": "y"}
    proof = {"state": "s", "nonce": "n", "code_verifier": "v" * 43}
    with set_up(keys):
        there = await address_of(provider_of("github"), again=False, **proof)
    assert there.startswith("https://github.com/login/oauth/authorize?response_type=code&client_id")
    assert "code_challenge_method=S256" in there
    assert "v" * 43 not in there
    with set_up(keys | {"GITHUB_BASE_URL": "https://git.example/"}):
        there = await address_of(provider_of("github"), again=False, **proof)
    assert there.startswith("https://git.example/login/oauth/authorize?")


@pytest.mark.parametrize(
    "issuer",
    [
        f"https://login.microsoftonline.com/{TENANT}/v2.0",
        "https://login.microsoftonline.com/72f988bf-86f1-41af-91ab-2d7cd011db47/v2.0",
    ],
)
def test_an_organisation_of_microsoft_is_an_issuer(issuer):
    assert _issuer(MICROSOFT).fullmatch(issuer)


@pytest.mark.parametrize(
    "issuer",
    [
        "https://login.microsoftonline.com/{tenantid}/v2.0",
        "https://login.microsoftonline.com/common/v2.0",
        f"https://login.microsoftonline.com/{TENANT}/v2.0/",
        f"https://login.microsoftonline.com/{TENANT}\n/v2.0",
        f"https://login.microsoftonline.com/{TENANT}/v2.0\n",
        f"https://loginXmicrosoftonline.com/{TENANT}/v2.0",
        f"https://evil.example/{TENANT}/v2.0",
        f"https://login.microsoftonline.com/{TENANT[:-1]}/v2.0",
        f"https://login.microsoftonline.com/{TENANT}/../{TENANT}/v2.0",
        "",
    ],
)
def test_nothing_else_is(issuer):
    assert not _issuer(MICROSOFT).fullmatch(issuer)


@given(st.text(), st.text())
def test_whatever_a_provider_calls_somebody_can_be_shown(name, label):
    person = _person(PROVIDERS["google"], "https://i.example", "1", name, label)
    assert 0 < len(person.name) <= 60
    assert len(person.label) <= 254
    assert "\n" not in person.name + person.label
    assert "\x00" not in person.name + person.label


@pytest.mark.parametrize("subject", ["", None, 7, "x" * 256, ["x"]])
def test_a_subject_is_a_text_of_some_length(subject):
    with pytest.raises(SignInFailed):
        _person(PROVIDERS["google"], "https://i.example", subject, "x", "y")
