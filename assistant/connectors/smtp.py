"""Sending a letter over SMTP, once: what is not known to have failed is never tried again."""

import asyncio
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager

from aiosmtplib import SMTP
from aiosmtplib.errors import (
    SMTPAuthenticationError,
    SMTPDataError,
    SMTPException,
    SMTPRecipientRefused,
    SMTPResponseException,
    SMTPSenderRefused,
)

from assistant.agent.recipients import in_ascii
from assistant.connectors.mail_account import Access, Unreachable, connected
from assistant.errors import AccessRefused, ToolError

NOT_SENT = "Nothing was sent."
PERHAPS_SENT = (
    "The letter may have been sent: the answer was lost. Do not send it again before the user "
    "has looked into the sent letters."
)
OUR_NAME = "[127.0.0.1]"  # the real one is nobody's business


async def deliver(access: Access, raw: bytes, recipients: Sequence[str]) -> None:
    """Hand a message to the server, for all recipients or for none.

    Raises ToolError, which says whether nothing was sent or whether that is not known.
    """
    doubt = [NOT_SENT]
    with _plainly(access.account.smtp.name, doubt, access.seconds):
        async with asyncio.timeout(access.seconds), _signed_in(access) as line:
            await line.mail(in_ascii(access.account.address))
            for recipient in recipients:
                await line.rcpt(in_ascii(recipient))
            doubt[0] = PERHAPS_SENT
            await line.data(raw)


async def check(access: Access) -> None:
    """Sign in and send nothing. Raises ToolError when that is not possible."""
    with _plainly(access.account.smtp.name, [NOT_SENT], access.seconds):
        async with asyncio.timeout(access.seconds), _signed_in(access):
            pass


def refused(name: str) -> AccessRefused:
    """What is raised where a server does not let us in. name: the server's."""
    return AccessRefused(
        f"{name} does not accept the user name or the password. {NOT_SENT} The user can connect it "
        "anew in Settings, Connections."
    )


@asynccontextmanager
async def _signed_in(access: Access) -> AsyncIterator[SMTP]:
    account, server = access.account, access.account.smtp
    line = SMTP(
        hostname=server.host,
        sock=await connected(server, access.reach),
        use_tls=server.security == "tls",
        start_tls=server.security == "starttls",
        tls_context=access.tls,
        username=account.user,
        password=account.password,
        local_hostname=OUR_NAME,
        timeout=access.seconds,
    )
    try:
        await line.connect()
        yield line
    finally:
        line.close()


@contextmanager
def _plainly(name: str, doubt: Sequence[str], seconds: float) -> Iterator[None]:
    """Tell what the network and the library raise as a ToolError."""
    try:
        yield
    except SMTPAuthenticationError as error:
        raise refused(name) from error
    except SMTPRecipientRefused as error:
        raise ToolError(f"{name} does not take letters to {error.recipient}. {NOT_SENT}") from error
    except SMTPSenderRefused as error:
        raise ToolError(f"{name} does not take letters from {error.sender}. {NOT_SENT}") from error
    except SMTPDataError as error:
        raise ToolError(f"{name} refuses this letter ({error.code}). {NOT_SENT}") from error
    except SMTPResponseException as error:
        raise ToolError(f"{name} answered {error.code}. {doubt[0]}") from error
    except TimeoutError as error:
        raise ToolError(f"{name} did not answer within {seconds:g} seconds. {doubt[0]}") from error
    except (OSError, SMTPException) as error:
        raise ToolError(f"{name} {_fault(error)}. {doubt[0]}") from error


def _fault(error: Exception) -> str:
    if isinstance(error, Unreachable):
        return "could not be reached"
    causes = f"{error} {error.__cause__}"
    if "CERTIFICATE_VERIFY_FAILED" in causes:
        return "has no certificate that can be trusted"
    if "STARTTLS" in causes:
        return "offers no encryption"
    if "AUTH" in causes:
        return "offers no way to sign in"
    return "broke off the connection"
