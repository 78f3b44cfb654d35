"""Sign-in by an OpenID Connect provider: authorization code with PKCE.

OpenID Connect Core 1.0, section 3.1; RFC 7636. What the browser must keep between the two requests
is in a cookie that only this console can have written.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

import msgspec

from streams.configuration.settings import Settings
from streams.errors import InputError

#: How long somebody may take to sign in at the provider.
SIGN_IN_SECONDS = 600
#: How long what the provider says of itself is believed.
METADATA_SECONDS = 3600
PATIENCE_SECONDS = 10.0
#: Signatures by the provider's private key alone: a shared secret proves less.
ALGORITHMS = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512"]
SCOPE = "openid profile email"


class SignInError(Exception):
    """Nobody is signed in; the text may be shown."""


class SignedIn(NamedTuple):
    """Whom the provider has named."""

    name: str
    groups: frozenset[str]
    next: str


class _Begun(msgspec.Struct):
    """A sign-in under way, as the browser's cookie keeps it."""

    state: str
    nonce: str
    verifier: str
    next: str
    at: int


@dataclass(frozen=True)
class _Provider:
    metadata: Mapping[str, Any]
    keys: Any
    at: float


class OidcSignIn:
    """One provider; `key` signs the cookies."""

    def __init__(self, issuer: str, client: str, secret: str | None, claim: str, key: bytes):
        self._issuer = issuer
        self._client = client
        self._secret = secret
        self._claim = claim
        self._key = key
        self._provider: _Provider | None = None

    async def begin(self, redirect_uri: str, following: str) -> tuple[str, str]:
        """Where the browser goes to, and the cookie that it keeps; SignInError."""
        provider = await self._known()
        begun = _Begun(
            state=secrets.token_urlsafe(32),
            nonce=secrets.token_urlsafe(32),
            verifier=secrets.token_urlsafe(48),
            next=following[:500],
            at=int(time.time()),
        )
        async with self._session(redirect_uri) as session:
            url, _ = session.create_authorization_url(
                provider.metadata["authorization_endpoint"],
                state=begun.state,
                nonce=begun.nonce,
                code_verifier=begun.verifier,
            )
        return url, self._signed(begun)

    async def end(self, redirect_uri: str, cookie: str, code: str, state: str) -> SignedIn:
        """Who has come back from the provider; SignInError."""
        import httpx
        from authlib.integrations.base_client import OAuthError

        begun = self._begun(cookie)
        if begun is None or not hmac.compare_digest(begun.state.encode(), state.encode()):
            raise SignInError("This sign-in was not begun here, or too long ago. Try again.")
        provider = await self._known()
        try:
            async with self._session(redirect_uri) as session:
                token = await session.fetch_token(
                    provider.metadata["token_endpoint"],
                    grant_type="authorization_code",
                    code=code,
                    code_verifier=begun.verifier,
                )
        except (OAuthError, httpx.HTTPError, ValueError) as error:
            raise SignInError(f"The provider gave no token: {error}") from None
        claims = await self._claims(str(token.get("id_token") or ""), begun.nonce)
        named = ("preferred_username", "email", "sub")
        name = next((str(claims[each]) for each in named if claims.get(each)), "")
        return SignedIn(name, frozenset(_groups(claims, self._claim)), begun.next)

    def _session(self, redirect_uri: str) -> Any:
        from authlib.integrations.httpx_client import AsyncOAuth2Client

        return AsyncOAuth2Client(
            self._client,
            self._secret,
            scope=SCOPE,
            redirect_uri=redirect_uri,
            code_challenge_method="S256",
            token_endpoint_auth_method="client_secret_basic" if self._secret else "none",
            timeout=PATIENCE_SECONDS,
        )

    async def _known(self, *, anew: bool = False) -> _Provider:
        from joserfc.jwk import KeySet

        held = self._provider
        if held is not None and not anew and time.monotonic() - held.at < METADATA_SECONDS:
            return held
        where = self._issuer.rstrip("/") + "/.well-known/openid-configuration"
        metadata = await self._fetched(where)
        try:
            if metadata["issuer"] != self._issuer:
                raise SignInError(f"{where} names another issuer.")
            keys = KeySet.import_key_set(await self._fetched(metadata["jwks_uri"]))
            if not all(metadata[name] for name in ("authorization_endpoint", "token_endpoint")):
                raise ValueError
        except (KeyError, TypeError, ValueError):
            raise SignInError(f"{where} is no description of a provider.") from None
        self._provider = _Provider(metadata, keys, time.monotonic())
        return self._provider

    async def _fetched(self, url: str) -> Any:
        import httpx

        try:
            async with httpx.AsyncClient(timeout=PATIENCE_SECONDS) as client:
                answer = await client.get(url)
                return answer.raise_for_status().json()
        except (httpx.HTTPError, httpx.InvalidURL, ValueError) as error:
            raise SignInError(f"The provider does not answer: {error}") from None

    async def _claims(self, id_token: str, nonce: str) -> Mapping[str, Any]:
        """What the ID token says, once all of section 3.1.3.7 holds."""
        from joserfc import jwt
        from joserfc.errors import JoseError

        rules = jwt.JWTClaimsRegistry(
            leeway=30,
            iss={"essential": True, "value": self._issuer},
            aud={"essential": True, "value": self._client},
            exp={"essential": True},
            nonce={"essential": True, "value": nonce},
        )
        for anew in (False, True):  # the provider may have new keys
            try:
                keys = (await self._known(anew=anew)).keys
                token = jwt.decode(id_token, keys, algorithms=ALGORITHMS)
                rules.validate(token.claims)
            except (JoseError, ValueError) as error:
                problem = str(error)
                continue
            if token.claims.get("azp", self._client) == self._client:
                return token.claims
            problem = "it was made for another client"
        raise SignInError(f"The provider's token does not hold: {problem}")

    def _signed(self, begun: _Begun) -> str:
        held = base64.urlsafe_b64encode(msgspec.json.encode(begun)).decode()
        return f"{held}.{self._mac(held)}"

    def _begun(self, cookie: str) -> _Begun | None:
        held, _, mac = cookie.partition(".")
        if not hmac.compare_digest(self._mac(held).encode(), mac.encode()):
            return None
        begun = msgspec.json.decode(base64.urlsafe_b64decode(held), type=_Begun)
        return begun if time.time() - begun.at < SIGN_IN_SECONDS else None

    def _mac(self, held: str) -> str:
        return hmac.new(self._key, b"oidc " + held.encode(), hashlib.sha256).hexdigest()


def oidc_sign_in(settings: Settings, key: bytes) -> OidcSignIn | None:
    """The provider that the settings name; InputError where they name half of one."""
    issuer, client = settings.console_oidc_issuer, settings.console_oidc_client
    if issuer is None and client is None:
        return None
    if issuer is None or client is None:
        raise InputError("settings console_oidc_issuer and console_oidc_client belong together")
    try:
        import authlib.integrations.httpx_client  # noqa: F401
    except ImportError:
        raise InputError('console_oidc_issuer needs: pip install "pricetide[oidc]"') from None
    secret = settings.console_oidc_secret
    held = None if secret is None else secret.get_secret_value()
    return OidcSignIn(issuer, client, held, settings.console_oidc_claim, key)


def _groups(claims: Mapping[str, Any], path: str) -> list[str]:
    """The groups at a claim, `groups` or `realm_access.roles`.

    >>> _groups({"realm_access": {"roles": ["pricing"]}}, "realm_access.roles")
    ['pricing']
    """
    held: Any = claims
    for name in path.split("."):
        held = held.get(name) if isinstance(held, Mapping) else None
    if isinstance(held, str):
        return [held]
    # Keycloak writes the full path of a group
    return [str(each).removeprefix("/") for each in held] if isinstance(held, list) else []
