"""A conversation as Markdown that somebody can read without us."""

from assistant.services.readable import opening, section
from tests.services.archives import TOOL, text

ANSWER = {
    "role": "assistant",
    "model": "Claude",
    "status": "done",
    "error": "",
    "notice": "",
    "created_at": "2024-05-01T10:30:20+00:00",
    "parts": [text("Two"), text(" plus two.")],
}


def test_it_begins_with_title_and_day():
    said = opening("Sums\nand more", "2024-05-01T10:30:20+00:00")
    assert said == "# Sums and more\n\nBegun on 2024-05-01 10:30 UTC.\n"


def test_a_message_says_who_and_when_and_what():
    assert section(ANSWER) == "\n## Claude · 2024-05-01 10:30 UTC\n\nTwo plus two.\n"
    question = ANSWER | {"role": "user", "model": "", "parts": [text("2+2?")]}
    assert section(question) == "\n## You · 2024-05-01 10:30 UTC\n\n2+2?\n"
    assert section(ANSWER | {"model": "", "parts": []}).startswith("\n## Assistant · ")


def test_tools_other_models_and_ends_are_told():
    parts = [{"type": "thinking", "text": "Hm"}, TOOL, {"type": "continued", "model": "GPT"}]
    told = section(ANSWER | {"parts": parts, "status": "failed", "error": "Nobody answers."})
    assert "Hm" not in told
    assert '> Calculator (done): {"expression": "1+1"' in told
    assert "\n>\n> 2\n> and a second line\n" in told
    assert "\n*Continued by GPT.*\n" in told
    assert told.endswith("\n*This answer failed. Nobody answers.*\n")


def test_what_models_read_in_place_of_it_stands_behind_the_last_message_of_a_summary():
    summary = {"text": "They planned a trip.\n\nIt is open when.", "messages": 12}
    told = section(ANSWER | {"summarised": summary})
    assert told.endswith(
        "Two plus two.\n\n*The 12 messages up to here are summarised for the model:*\n\n"
        "> They planned a trip.\n>\n> It is open when.\n"
    )


def test_a_notice_is_told():
    assert "\n*GPT answers instead.*\n" in section(ANSWER | {"notice": "GPT answers instead."})


def test_a_file_is_named():
    file = {"type": "file", "id": "1", "name": "a.pdf", "media": "application/pdf", "size": 1}
    question = ANSWER | {"role": "user", "parts": [file | {"text": "secret"}, text("Look")]}
    assert "\n\n*Attached: a.pdf*\n\nLook\n" in section(question)
    assert "secret" not in section(question)
