"""Each tool says to people what it does, in words of ours or of its server."""

from dataclasses import replace

from assistant.agent.tools import TOOLS
from assistant.agent.tools.notes import create_note
from assistant.state.tool_words import LONGEST, WORDS, words_of


def test_each_of_our_tools_has_words_for_people_and_no_other_has():
    assert set(WORDS) == {tool.name for tool in TOOLS}
    assert [words for words in WORDS.values() if "user" in words or not words.endswith(".")] == []
    assert words_of(create_note) == "Keeps something as a note."


def test_a_tool_of_a_server_is_told_by_its_first_sentence_also_where_it_is_called_like_ours():
    theirs = replace(create_note, foreign=True, description="Writes a row. Then more.\n\nArgs: x")
    assert words_of(theirs) == "Writes a row."
    assert words_of(replace(theirs, description="x" * 300)) == f"{'x' * LONGEST}…"
