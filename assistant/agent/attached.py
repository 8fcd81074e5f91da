"""Files beside the user's words, and the marks around whatever others may have written."""

from dataclasses import dataclass, field

DATA = "data_written_by_others"


def marked(whence: str, content: str) -> str:
    """What others may have written, between marks that it cannot end."""
    inner = content.replace(f"</{DATA}", f"<\\/{DATA}")
    return f'<{DATA} from="{whence}">\n{inner}\n</{DATA}>'


@dataclass(frozen=True, slots=True)
class Document:
    """A file that stands beside the user's words, and that anybody may have written."""

    name: str
    content: str

    @property
    def told(self) -> str:
        """The content as the model reads it, between marks."""
        return marked("attached_file", f"{self.name}\n\n{self.content}")


@dataclass(frozen=True, slots=True)
class Image:
    """A picture beside the user's words, by whomever. content: none until it is opened."""

    id: str
    name: str
    media: str
    content: bytes = field(default=b"", repr=False)
    width: int = 0
    height: int = 0

    @property
    def told(self) -> str:
        """What the model reads before the picture, between marks."""
        return marked("attached_picture", f"{self.name} (file {self.id})")

    def unseen(self, why: str) -> Document:
        """What stands in its place where it is not shown."""
        return Document(f"{self.name} (file {self.id})", f"[{why}]")
