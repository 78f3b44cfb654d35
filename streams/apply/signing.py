"""Signatures of webhooks, by which a shop knows who sent them (Standard Webhooks 1.0)."""

from __future__ import annotations

import hmac
from base64 import b64decode, b64encode
from binascii import Error as NoBase64
from collections.abc import Mapping
from hashlib import sha256

#: Secrets that begin so are base64; all others are taken as they are.
ENCODED = "whsec_"
#: Seconds by which a webhook may be older or newer than whoever reads it.
TOLERANCE_SECONDS = 300


def key(secret: str) -> bytes:
    """The bytes of a secret; ValueError where it is no base64 although it begins with `whsec_`."""
    if not secret.startswith(ENCODED):
        return secret.encode()
    try:
        return b64decode(secret.removeprefix(ENCODED), validate=True)
    except NoBase64:
        raise ValueError(f"a secret that begins with {ENCODED} goes on in base64") from None


def headers(secret: bytes, identity: str, seconds: int, body: bytes) -> dict[str, str]:
    """The three headers of a webhook that is sent at `seconds` since 1970.

    >>> headers(key("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"), "msg_p5jXN8AQM9LWM0D4loKWxJek",
    ...         1614265330, b'{"test": 2432232314}')["webhook-signature"]
    'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE='
    """
    return {
        "webhook-id": identity,
        "webhook-timestamp": str(seconds),
        "webhook-signature": f"v1,{_signature(secret, identity, str(seconds), body)}",
    }


def is_signed(secret: bytes, given: Mapping[str, str], now: float, body: bytes) -> bool:
    """Whether a webhook comes from whoever has the secret, and was sent just now.

    `given` are its headers, their names in small letters.
    """
    identity, sent = given.get("webhook-id", ""), given.get("webhook-timestamp", "")
    if not sent.isdecimal() or abs(now - int(sent)) > TOLERANCE_SECONDS:
        return False
    expected = _signature(secret, identity, sent, body)
    return any(
        hmac.compare_digest(each.encode(), f"v1,{expected}".encode())
        for each in given.get("webhook-signature", "").split()
    )


def _signature(secret: bytes, identity: str, seconds: str, body: bytes) -> str:
    signed = f"{identity}.{seconds}.".encode() + body
    return b64encode(hmac.digest(secret, signed, sha256)).decode()
