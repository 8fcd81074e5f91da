"""What each tool does, for people: what its description says is meant for models."""

from assistant.agent.acts import Tool

LONGEST = 200  # characters of what a tool of a server says of itself
WORDS = {
    "calculator": "Works out sums, exactly.",
    "current_time": "Looks at the clock, in any time zone.",
    "create_note": "Keeps something as a note.",
    "search_notes": "Finds words in your notes.",
    "update_note": "Changes a note.",
    "delete_note": "Deletes a note.",
    "list_files": "Finds your files by name.",
    "read_file": "Reads a file: text, PDF, Word, Excel, PowerPoint or OpenDocument.",
    "write_file": "Keeps a text as a file of yours.",
    "delete_file": "Deletes a file.",
    "web_search": "Searches the web.",
    "web_fetch": "Reads a page of the web.",
    "list_events": "Looks into your calendars.",
    "find_free_time": "Finds when you are free.",
    "create_event": "Puts an event into a calendar, and invites whom you name.",
    "update_event": "Changes an event, and tells its guests.",
    "delete_event": "Calls an event off, and tells its guests.",
    "search_email": "Finds letters in your mailbox.",
    "read_email": "Reads a letter.",
    "draft_email": "Keeps a letter among your drafts. Nobody receives it.",
    "send_email": "Sends a letter from your address.",
    "reply_email": "Answers a letter from your address.",
    "delete_email": "Moves a letter to the trash.",
}


def words_of(tool: Tool) -> str:
    """One or two sentences. What a server of the user's offers is told in its own words."""
    if not tool.foreign and tool.name in WORDS:
        return WORDS[tool.name]
    first = tool.description.split(". ")[0].split("\n")[0].rstrip(".")
    return f"{first}." if len(first) <= LONGEST else f"{first[:LONGEST]}…"
