"""Providers that say who somebody is: OpenID Connect by discovery, and GitHub's OAuth 2.

What differs between them is data in PROVIDERS. What a provider answers is believed only after
every check of OpenID Connect Core 3.1.3.7; anything odd raises SignInFailed("refused").
"""

import re
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import partial
from typing import Any

from assistant.config import settings
from assistant.errors import NotFound, Refused, SignInFailed
from assistant.services.accounts import Person
from assistant.services.inputs import NAME_CHARACTERS, one_line
from assistant.services.oauth_client import Client, believing_nothing_odd, made
from assistant.services.renewal import ABSOLUTE

# Asymmetric ones only: with any other, who knows our secret or nothing at all could sign.
ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512")
LEEWAY_SECONDS = 60
SUBJECT_CHARACTERS = 255
LABEL_CHARACTERS = 254
WHOSE = "openid email"  # tells whose account it is, and its address
TENANT = "{tenantid}"  # in Microsoft's issuer, which differs for each organisation
GUID = "[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"

Reader = Callable[["Provider", Client, dict[str, Any], str], Awaitable[Person]]


@dataclass(frozen=True, slots=True)
class Provider:
    """A way to sign in. read: learns from the tokens who came.

    usual: what else every sign-in asks for. again: what asks the provider instead to let the user
    prove anew who they are. lasting: what asks it instead for access to an account that lasts,
    empty where we have no use for one.
    """

    id: str
    label: str
    scope: str
    endpoints: Callable[[str], dict[str, str]]
    read: Reader
    usual: dict[str, str] = field(default_factory=dict)
    again: dict[str, str] = field(default_factory=dict)
    lasting: dict[str, str] = field(default_factory=dict)

    @property
    def client_id(self) -> str:
        """Our name at the provider, "" where it is not set up."""
        named: str = getattr(settings(), f"{self.id}_client_id")
        return named


def configured() -> list[Provider]:
    """The providers that the operator has set up."""
    return [provider for provider in PROVIDERS.values() if provider.client_id]


def provider_of(provider_id: str) -> Provider:
    """A provider that is set up. Raises NotFound."""
    provider = PROVIDERS.get(provider_id)
    if provider is None or not provider.client_id:
        raise NotFound("way to sign in")
    return provider


def callback_of(provider: Provider) -> str:
    """Where the provider sends the browser back to."""
    return f"{settings().url}/auth/callback/{provider.id}"


async def address_of(provider: Provider, *, again: bool, scope: str = "", **proof: str) -> str:
    """Where to send the browser. proof: state, nonce and code_verifier of this attempt.

    scope: of the access to an account that is asked for, "" for a sign-in. Raises
    SignInFailed("away") when the provider cannot be asked.
    """
    asked = provider.again if again else provider.usual
    if scope:
        asked = provider.lasting | {"scope": f"{WHOSE} {scope}"}
    with believing_nothing_odd(provider.id):
        sent = await client_of(provider).create_authorization_url(
            callback_of(provider), **proof, **asked
        )
        address: str = sent["url"]
        return address


async def who_came(
    provider: Provider, answer: dict[str, str], nonce: str, verifier: str
) -> tuple[Person, dict[str, Any]]:
    """Exchange the provider's answer (the query of the callback) for who it vouches for.

    Also gives what the token endpoint said. Raises SignInFailed.
    """
    with believing_nothing_odd(provider.id):
        client = client_of(provider)
        await _check_sender(client, answer)
        if answer.get("error"):
            raise SignInFailed("cancelled" if answer["error"] == "access_denied" else "refused")
        token = await client.fetch_access_token(
            callback_of(provider), code=answer["code"], code_verifier=verifier
        )
        return await provider.read(provider, client, token, nonce), token


def client_of(provider: Provider) -> Client:
    """What speaks to a provider in our name."""
    secret = getattr(settings(), f"{provider.id}_client_secret").get_secret_value()
    endpoints = tuple(provider.endpoints(provider.id).items())
    return made(provider.client_id, secret, provider.scope, endpoints)


async def _check_sender(client: Client, answer: dict[str, str]) -> None:
    """RFC 9207: an answer that names its issuer must name the one that was asked."""
    metadata = await client.load_server_metadata()
    named = answer.get("iss")
    if named is None and metadata.get("authorization_response_iss_parameter_supported") is not True:
        return
    if not _issuer(metadata).fullmatch(named or ""):
        raise SignInFailed


def _issuer(metadata: dict[str, Any], tenant: str = GUID) -> re.Pattern[str]:
    """What an issuer of this discovery document looks like."""
    return re.compile(tenant.join(map(re.escape, metadata["issuer"].split(TENANT))))


def _discovered(provider_id: str) -> dict[str, str]:
    return {"server_metadata_url": getattr(settings(), f"{provider_id}_discovery_url")}


async def _by_id_token(
    provider: Provider, client: Client, token: dict[str, Any], nonce: str
) -> Person:
    metadata = await client.load_server_metadata()
    offered = metadata.get("id_token_signing_alg_values_supported") or ["RS256"]
    metadata["id_token_signing_alg_values_supported"] = [a for a in offered if a in ALGORITHMS]
    claims = await client.parse_id_token(
        token, nonce=nonce, leeway=LEEWAY_SECONDS,
        claims_options={"aud": {"essential": True, "value": client.client_id}},
    )  # fmt: skip
    _check_claims(claims, metadata, client.client_id)
    label = claims.get("email") or claims.get("preferred_username")
    person = _person(provider, claims["iss"], claims["sub"], claims.get("name"), label)
    return replace(person, proved_at=_proved_at(claims.get("auth_time")))


def _check_claims(claims: dict[str, Any], metadata: dict[str, Any], client_id: str) -> None:
    """Beyond Authlib: this issuer, this tenant, and no audience but us."""
    tenant = claims.get("tid", "")
    if TENANT in metadata["issuer"] and not re.fullmatch(GUID, tenant):
        raise SignInFailed
    if not _issuer(metadata, re.escape(tenant)).fullmatch(claims["iss"]):
        raise SignInFailed
    if claims["aud"] not in (client_id, [client_id]):
        raise SignInFailed


def _proved_at(stated: Any) -> datetime | None:  # noqa: ANN401
    """When the user last proved there who they are, None where the provider does not tell."""
    if stated is None:
        return None
    if isinstance(stated, bool) or not 0 < stated <= time.time() + LEEWAY_SECONDS:
        raise SignInFailed
    return datetime.fromtimestamp(stated, UTC)


def _person(provider: Provider, issuer: str, subject: Any, name: Any, label: Any) -> Person:  # noqa: ANN401
    if not isinstance(subject, str) or not 0 < len(subject) <= SUBJECT_CHARACTERS:
        raise SignInFailed
    shown = _line(label, LABEL_CHARACTERS)
    called = _line(name, NAME_CHARACTERS) or _line(label, NAME_CHARACTERS)
    return Person(provider.id, issuer, subject, called or f"{provider.label} user", shown)


def _line(text: Any, at_most: int) -> str:  # noqa: ANN401
    """What a provider lets people choose, where it can be shown; else ""."""
    try:
        return one_line(text, "", at_most) if isinstance(text, str) else ""
    except Refused:
        return ""


def _github(_: str) -> dict[str, str]:
    base = settings().github_base_url.rstrip("/")
    return {
        "issuer": base,
        "authorize_url": f"{base}/login/oauth/authorize",
        "access_token_url": f"{base}/login/oauth/access_token",
        "api_base_url": settings().github_api_url.rstrip("/") + "/",
        "token_endpoint_auth_method": "client_secret_post",
    }


async def _by_github(
    provider: Provider,
    client: Client,
    token: dict[str, Any],
    nonce: str,
) -> Person:
    user = await _asked(client, "user", token)
    emails = await _asked(client, "user/emails", token, withheld=[])
    number = user["id"]
    if type(number) is not int or number < 1:
        raise SignInFailed
    proven = (each["email"] for each in emails if each["primary"] is each["verified"] is True)
    label = next(proven, None) or user.get("login")
    issuer = client.server_metadata["issuer"]
    return _person(provider, issuer, str(number), user.get("name") or user.get("login"), label)


async def _asked(
    client: Client,
    path: str,
    token: dict[str, Any],
    withheld: Any = None,  # noqa: ANN401
) -> Any:  # noqa: ANN401
    """What the provider says. withheld: stands for what we have no permission to read, if any."""
    headers = {"accept": "application/vnd.github+json"}
    answer = await client.get(path, token=token, headers=headers)
    if answer.status_code in (403, 404) and withheld is not None:
        return withheld
    if answer.status_code != 200:
        raise SignInFailed("away" if answer.status_code >= 500 else "refused")
    return answer.json()


# Who is asked for an age must say when the user proved who they are (OpenID Connect Core 3.1.2.1).
USUAL, NOW = {"max_age": str(int(ABSOLUTE.total_seconds()))}, {"max_age": "0"}
_oidc = partial(
    Provider, scope="openid email profile", endpoints=_discovered, read=_by_id_token, usual=USUAL
)
PROVIDERS = {
    provider.id: provider
    for provider in (
        _oidc(
            "google",
            "Google",
            again=NOW | {"prompt": "select_account"},
            lasting={"access_type": "offline", "prompt": "consent"},
        ),
        _oidc("microsoft", "Microsoft", again=NOW | {"prompt": "login"}),
        Provider("github", "GitHub", "read:user user:email", _github, _by_github),
    )
}
