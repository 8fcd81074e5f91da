"""What the launcher says in the end."""

import pytest

from assistant.config import Settings
from assistant.local.welcome import welcome


@pytest.mark.parametrize(
    ("chosen", "line"),
    [
        ({}, "Open http://localhost:3000 · the built-in demo model answers: set ANTHROPIC_API_KEY"),
        ({"anthropic_api_key": "k"}, "· Claude answers · sign in by a name"),
        ({"openai_api_key": "k", "gemini_api_key": "k"}, "· GPT answers, Gemini behind it ·"),
        ({"google_client_id": "c", "github_client_id": "c"}, "· sign in with Google or GitHub"),
        ({"app_url": "https://a.example", "port": 1}, "Open https://a.example ·"),
        ({"bind_host": "0.0.0.0"}, "· nobody can sign in"),  # noqa: S104
    ],
)
def test_it_says_where_who_and_how(chosen, line):
    assert line in welcome(Settings(**chosen))
