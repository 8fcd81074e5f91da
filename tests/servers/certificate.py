"""The certificate of the mail servers on loopback, and the trust in it."""

import ssl
import tempfile
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from tests.connectors.certificates import certified


class Tls(NamedTuple):
    """server: shows the certificate. client: trusts it, and nothing else. public: it, as PEM."""

    server: ssl.SSLContext
    client: ssl.SSLContext
    public: str


@lru_cache(maxsize=1)
def own_certificate() -> Tls:
    """Good for localhost."""
    with tempfile.TemporaryDirectory() as folder:
        contexts = certified(Path(folder), "localhost")
        chain = (Path(folder) / "localhost.pem").read_text()
    return Tls(*contexts, chain.partition("-----BEGIN PRIVATE KEY")[0])
