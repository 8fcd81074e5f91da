"""What is done with letters in an open folder of IMAP: fetch, move, append."""

import re
from collections.abc import Iterable, Sequence

from imap_tools.errors import MailboxAppendError
from imap_tools.utils import check_command_status, encode_folder, quote

from assistant.connectors.imap_folders import Place, select
from assistant.connectors.imap_line import Box
from assistant.errors import ToolError

_UID = re.compile(r"\bUID (\d+)", re.ASCII)
_NEW_UIDS = re.compile(rb"(\d+) (?:[\d,:]+ )?(\d+)")


def fetched(box: Box, uids: Sequence[int], parts: str) -> list[tuple[int, str, bytes]]:
    """Of each letter its number, what the server says about it, and the bytes asked for."""
    if not uids:
        return []
    result = box.client.uid("FETCH", ",".join(map(str, uids)), parts)
    check_command_status(result, MailboxAppendError)
    answers = [(about, raw) for about, raw in _answers(result[1])]
    numbered = [(_UID.search(about), about, raw) for about, raw in answers]
    return [(int(uid[1]), about, raw) for uid, about, raw in numbered if uid]
