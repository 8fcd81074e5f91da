"""The folders of a server of IMAP: which is which, and how a letter in one is named."""

import re
from dataclasses import dataclass

from imap_tools.errors import MailboxFolderSelectError

from assistant.agent.backends.mail import Folder
from assistant.connectors.imap_line import Box
from assistant.errors import ToolError

GONE = "There is no such folder any more; search again. Nothing was changed."

# By the mark of RFC 6154, else by one of the usual names.
MARKS: dict[Folder, str] = {
    "sent": r"\Sent",
    "drafts": r"\Drafts",
    "archive": r"\Archive",
    "trash": r"\Trash",
}
USUAL: dict[Folder, tuple[str, ...]] = {
    "sent": ("sent", "sent items", "sent messages", "sent mail", "gesendet", "enviados"),
    "drafts": ("drafts", "draft", "entwürfe", "rascunhos", "borradores", "brouillons"),
    "archive": ("archive", "archives", "all mail", "archiv", "arquivo"),
    "trash": ("trash", "deleted items", "deleted messages", "bin", "papierkorb", "lixo"),
}

_ID = re.compile(r"(\d{1,10})\.(\d{1,10})\.([^\x00-\x1f\x7f]{1,300})", re.ASCII)


@dataclass(frozen=True, slots=True)
class Place:
    """A folder as it is now. validity: it changes when the numbers of the letters do."""

    folder: str
    validity: int

    def letter(self, uid: int) -> str:
        """The id of a letter in it."""
        return f"{self.validity}.{uid}.{self.folder}"


def named(letter_id: str) -> tuple[Place, int]:
    """Where the letter of this id stands, and its number there. Raises ToolError."""
    parts = _ID.fullmatch(letter_id)
    if parts is None:
        raise ToolError("This is not the id of a letter: take one that a search gave.")
    return Place(parts[3], int(parts[1])), int(parts[2])


def folder_of(box: Box, folder: Folder) -> str:
    """The server's own name of a folder. Raises ToolError when it has none."""
    if folder == "inbox":
        return "INBOX"
    there = box.folder.list()
    marked = [each.name for each in there if MARKS[folder] in each.flags]
    usual = [each.name for each in there if _last(each.name, each.delim) in USUAL[folder]]
    for name in marked + usual:
        if _ID.fullmatch(f"1.1.{name}"):
            return str(name)
    raise ToolError(f"The mailbox has no folder for {folder}. Nothing was changed.")


def select(box: Box, folder: str, *, to_write: bool = False) -> Place:
    """Open a folder; what it is now. Raises ToolError when it is gone."""
    try:
        box.folder.set(folder, readonly=not to_write)
    except MailboxFolderSelectError as error:
        raise ToolError(GONE) from error
    return Place(folder, int(box.client.response("UIDVALIDITY")[1][0] or 0))


def _last(name: str, delimiter: str) -> str:
    """The folder's own name without those in which it stands: "INBOX.Sent" is "sent"."""
    return (name.rpartition(delimiter)[2] if delimiter else name).lower()
