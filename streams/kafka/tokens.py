"""Tokens for SASL OAUTHBEARER: of an OpenID Connect provider, or of AWS for MSK."""

from __future__ import annotations

import asyncio
import http.client
import json
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
from base64 import b64encode
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import NamedTuple

from aiokafka.abc import AbstractTokenProvider
from aiokafka.errors import KafkaConnectionError
from kafka.net.sasl.oauth import AbstractTokenProvider as BlockingProvider

from streams.configuration.settings import Settings
from streams.extras import missing
from streams.https import opener

#: Seconds for an answer of the provider.
ANSWER_SECONDS = 10.0
#: Of a token's life, the share after which it is renewed: the broker ends a session with its token.
RENEW_AFTER = 0.8
#: Seconds that a token is taken to live where its provider does not say.
DEFAULT_SECONDS = 300.0


class TokenError(KafkaConnectionError):  # type: ignore[misc]
    """No token is to be had; the message says from whom and why."""


class Token(NamedTuple):
    """A token, and how many seconds it lives."""

    text: str
    seconds: float


class Tokens(AbstractTokenProvider):  # type: ignore[misc]
    """Has a token at hand, and renews it in time; `extensions` go with it to the broker."""

    def __init__(self, fetch: Callable[[], Token], extensions: Mapping[str, str]) -> None:
        self._fetch = fetch
        self._extensions = dict(extensions)
        self._lock = threading.Lock()
        self._token = ""
        self._renew_at = 0.0
        #: The same for kafka-python, whose providers do not wait.
        self.blocking = _Blocking(self)

    def now(self) -> str:
        """A token that is good for a while; TokenError."""
        with self._lock:
            if time.monotonic() >= self._renew_at:
                self._token, seconds = self._fetch()
                self._renew_at = time.monotonic() + RENEW_AFTER * seconds
            return self._token

    async def token(self) -> str:
        """As `now`, beside the event loop."""
        return await asyncio.to_thread(self.now)

    def extensions(self) -> dict[str, str]:
        """What the broker asks for beside the token."""
        return self._extensions


class _Blocking(BlockingProvider):  # type: ignore[misc]
    def __init__(self, tokens: Tokens) -> None:
        self._tokens = tokens

    def token(self) -> str:
        return self._tokens.now()

    def extensions(self) -> dict[str, str]:
        return self._tokens.extensions()


def tokens(settings: Settings) -> Tokens:
    """The tokens that the settings say; one store for all clients of the process."""
    extensions = tuple(sorted(settings.oauth_extensions.items()))
    if settings.sasl_mechanism == "AWS_MSK_IAM":
        assert settings.aws_region is not None, "the settings were checked"
        return _of_msk(settings.aws_region)
    secret = settings.oauth_client_secret
    assert settings.oauth_token_url is not None, "the settings were checked"
    assert settings.oauth_client_id is not None
    assert secret is not None
    return _of_provider(
        settings.oauth_token_url,
        settings.oauth_client_id,
        secret.get_secret_value(),
        settings.oauth_scope,
        None if settings.oauth_cafile is None else str(settings.oauth_cafile),
        extensions,
    )


@lru_cache(maxsize=8)
def _of_provider(
    url: str,
    client_id: str,
    secret: str,
    scope: str | None,
    cafile: str | None,
    extensions: tuple[tuple[str, str], ...],
) -> Tokens:
    form = {"grant_type": "client_credentials"} | ({"scope": scope} if scope else {})
    # RFC 6749, 2.3.1: both are form-encoded before they are joined
    parts = map(urllib.parse.quote_plus, (client_id, secret))
    login = b64encode(":".join(parts).encode()).decode()
    request = urllib.request.Request(
        url,
        urllib.parse.urlencode(form).encode(),
        {"Authorization": f"Basic {login}", "Accept": "application/json"},
    )
    direct = opener(cafile)

    def fetch() -> Token:
        try:
            with direct.open(request, timeout=ANSWER_SECONDS) as reply:
                answer = json.load(reply)
            return Token(answer["access_token"], float(answer.get("expires_in", DEFAULT_SECONDS)))
        except urllib.error.HTTPError as error:
            said = error.read(200).decode("utf-8", "replace").strip()
            raise TokenError(f"no token from {url}: {error.code} {said}") from None
        except (OSError, ValueError, KeyError, TypeError, http.client.HTTPException) as error:
            raise TokenError(f"no token from {url}: {error or type(error).__name__}") from None

    return Tokens(fetch, dict(extensions))


@lru_cache(maxsize=8)
def _of_msk(region: str) -> Tokens:
    def fetch() -> Token:
        try:
            from aws_msk_iam_sasl_signer import MSKAuthTokenProvider
        except ModuleNotFoundError:
            raise TokenError(missing("aws_msk_iam_sasl_signer")) from None
        try:
            text, expires_ms = MSKAuthTokenProvider.generate_auth_token(region)
        except AttributeError:  # the library takes it that there is a key
            raise TokenError(
                f"no token from AWS for {region}: AWS's tools find no key here"
            ) from None
        except Exception as error:  # whatever AWS's own library raises
            raise TokenError(f"no token from AWS for {region}: {error}") from None
        return Token(text, expires_ms / 1000 - time.time())

    return Tokens(fetch, {})
