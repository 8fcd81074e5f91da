"""What a user gives to connect an account, kind by kind, and what is kept of it."""

from collections.abc import Mapping
from typing import Annotated, Any, ClassVar, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from assistant.connectors.dav import Account as CalendarAccount
from assistant.connectors.google_grant import Use
from assistant.connectors.mail_account import Account as MailAccount
from assistant.connectors.mail_account import Security
from assistant.connectors.mail_account import Server as MailServer
from assistant.connectors.mcp_server import Server
from assistant.connectors.plain_text import one_line
from assistant.errors import Refused

Kind = Literal["caldav", "mail", "mcp"]
Line = Annotated[str, Field(min_length=1, max_length=254, pattern=r"^[^\x00-\x1f\x7f]*$")]
Address = Annotated[str, Field(max_length=254, pattern=r"^[^@\s\x00-\x1f\x7f]+@[^@\s]+$")]
Host = Annotated[str, Field(max_length=253, pattern=r"^[A-Za-z0-9._:\[\]-]+$")]
Url = Annotated[str, Field(max_length=2_000, pattern=r"^[^\s\x00-\x1f\x7f]+$")]
Password = Annotated[str, Field(min_length=1, max_length=1_000, repr=False)]
Port = Annotated[int, Field(ge=1, le=65_535)]
MOST_LABEL = 200
BETWEEN = " · "  # a name and its host

# What is asked for, as people read it.
NAMES = {
    "server": "The server's address",
    "user": "The user name",
    "password": "The password",
    "address": "The email address",
    "imap_host": "The server for incoming mail",
    "imap_port": "The port for incoming mail",
    "smtp_host": "The server for outgoing mail",
    "smtp_port": "The port for outgoing mail",
    "name": "The name (letters, digits and hyphens, at most 20)",
    "url": "The server's address",
    "token": "The access token",
}
# Where the accounts of well-known services are; the page fills them in.
PRESETS: dict[Kind, dict[str, dict[str, str]]] = {
    "caldav": {
        "iCloud": {"server": "https://caldav.icloud.com"},
        "Fastmail": {"server": "https://caldav.fastmail.com"},
        "Nextcloud": {"server": "https://"},
        "Another": {"server": "https://"},
    },
    "mail": {
        "iCloud": {
            "imap_host": "imap.mail.me.com",
            "imap_port": "993",
            "imap_security": "tls",
            "smtp_host": "smtp.mail.me.com",
            "smtp_port": "587",
            "smtp_security": "starttls",
        },
        "Fastmail": {
            "imap_host": "imap.fastmail.com",
            "imap_port": "993",
            "imap_security": "tls",
            "smtp_host": "smtp.fastmail.com",
            "smtp_port": "465",
            "smtp_security": "tls",
        },
        "Another": {
            "imap_host": "",
            "imap_port": "993",
            "imap_security": "tls",
            "smtp_host": "",
            "smtp_port": "465",
            "smtp_security": "tls",
        },
    },
}


class Form(BaseModel):
    """What all of them share."""

    kind: ClassVar[str]

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True, hide_input_in_errors=True)


class CaldavForm(Form):
    """A calendar account."""

    kind = "caldav"
    server: Url
    user: Line
    password: Password

    @property
    def label(self) -> str:
        """What people know it by."""
        host = self.server.partition("://")[2].partition("/")[0] or self.server
        return one_line(f"{self.user}{BETWEEN}{host}", MOST_LABEL)

    @property
    def account(self) -> CalendarAccount:
        """As its connector takes it."""
        return CalendarAccount(self.server, self.user, self.password)


class MailForm(Form):
    """A mailbox. user: "" when it is the address."""

    kind = "mail"
    address: Address
    user: Annotated[str, Field(max_length=254, pattern=r"^[^\x00-\x1f\x7f]*$")] = ""
    password: Password
    imap_host: Host
    imap_port: Port
    imap_security: Security
    smtp_host: Host
    smtp_port: Port
    smtp_security: Security

    @property
    def label(self) -> str:
        """What people know it by."""
        return one_line(f"{self.address}{BETWEEN}{self.imap_host}", MOST_LABEL)

    @property
    def account(self) -> MailAccount:
        """As its connector takes it."""
        return MailAccount(
            self.address,
            self.user or self.address,
            self.password,
            MailServer(self.imap_host, self.imap_port, self.imap_security),
            MailServer(self.smtp_host, self.smtp_port, self.smtp_security),
        )


class McpForm(Form):
    """An MCP server. name: with which the names of its tools begin."""

    kind = "mcp"
    name: Annotated[str, Field(pattern=r"^[A-Za-z0-9-]{1,20}$")]
    url: Url
    token: Annotated[str, Field(max_length=4_000, pattern=r"^[\x21-\x7e]*$", repr=False)] = ""

    @property
    def label(self) -> str:
        """What people know it by."""
        return one_line(f"{self.name}{BETWEEN}{self.server.host}", MOST_LABEL)

    @property
    def server(self) -> Server:
        """As its connector takes it."""
        return Server(self.url, self.token)


class GoogleGrant(Form):
    """What a user has granted at Google. No form of the page fills it in.

    asked: what the account was to be used for. uses: what of that they have granted.
    """

    kind = "google"
    issuer: Line
    subject: Line
    address: Annotated[str, Field(max_length=254)]
    refresh_token: Annotated[str, Field(pattern=r"^[\x21-\x7e]{1,4000}$", repr=False)]
    asked: tuple[Use, ...]
    uses: Annotated[tuple[Use, ...], Field(min_length=1)]

    @property
    def label(self) -> str:
        """What people know it by."""
        return one_line(self.address or "Your Google account", MOST_LABEL)

    def is_of(self, other: "GoogleGrant") -> bool:
        """Whether it is the same account."""
        return (self.issuer, self.subject) == (other.issuer, other.subject)


AnyForm = CaldavForm | MailForm | McpForm | GoogleGrant
FORMS: dict[str, type[CaldavForm | MailForm | McpForm]] = {
    form.kind: form for form in (CaldavForm, MailForm, McpForm)
}
USES: dict[str, tuple[Use, ...]] = {"caldav": ("calendar",), "mail": ("mail",)}


def uses_of(form: AnyForm) -> tuple[Use, ...]:
    """What an account serves as."""
    return form.uses if isinstance(form, GoogleGrant) else USES.get(form.kind, ())


def filled(kind: str, given: Mapping[str, Any]) -> CaldavForm | MailForm | McpForm:
    """The form, filled in. Raises Refused, which names what does not fit."""
    form = FORMS.get(kind)
    if form is None:
        raise Refused("This is nothing that can be connected.")
    try:
        return form.model_validate(dict(given))
    except ValidationError as error:
        first = str(error.errors()[0]["loc"][0])
        what = NAMES.get(first, first)
        raise Refused(f"{what} is missing or cannot be right. Nothing was connected.") from error


def kept(kind: str, secret: str) -> AnyForm:
    """The form of which this was kept. Raises ValueError when it fits its rules no longer."""
    form = GoogleGrant if kind == GoogleGrant.kind else FORMS[kind]
    return form.model_validate_json(secret)
