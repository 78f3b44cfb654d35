"""No line of a log holds a secret of the settings."""

from __future__ import annotations

import logging
import sys
from typing import Any

import pytest
from pydantic import SecretStr

from streams.configuration.redacted import Redacted
from streams.configuration.settings import Settings

GIVEN: dict[str, Any] = {
    "customer_key": "swordfish",
    "sasl_username": "bob",
    "sasl_password": "tuna",
    "security_protocol": "SASL_SSL",
    "oauth_client_secret": "trout",
    "registry_password": "salmon",
    "webhook_secret": "herring",
    "console_oidc_secret": "halibut",
    "console_smtp": "smtp://user:anchovy@mail.example.org:587",
    "console_notify": ("slack+https://hooks.example.org/haddock", "mailto:ann@example.org"),
    "store": "postgresql+psycopg://console:carp@db/console",
}
SECRETS = {
    "swordfish",
    "tuna",
    "trout",
    "salmon",
    "herring",
    "halibut",
    "anchovy",
    "https://hooks.example.org/haddock",
    "carp",
}


def test_every_secret_setting_is_tried() -> None:
    secret = {n for n, f in Settings.model_fields.items() if "SecretStr" in str(f.annotation)}
    assert secret <= GIVEN.keys()
    assert isinstance(Settings(**GIVEN).console_oidc_secret, SecretStr)


@pytest.mark.parametrize("secret", sorted(SECRETS))
def test_no_line_holds_it_whoever_writes_the_line(secret: str) -> None:
    line = logging.LogRecord("kafka.admin", logging.ERROR, "f.py", 1, "given: %s", (), None)
    line.args = ({"password": secret, "user": "bob"},)
    try:
        raise ValueError(f"wrong password {secret}")
    except ValueError:
        line.exc_info = sys.exc_info()
    assert Redacted(Settings(**GIVEN)).filter(line)
    said = logging.Formatter().format(line)
    assert secret not in said
    assert "'user': 'bob'" in said
    assert "ValueError: wrong password ***" in said


def test_a_line_without_one_stays_as_it_is() -> None:
    plain = logging.LogRecord("streams.x", logging.INFO, "f.py", 1, "%d prices", (3,), None)
    assert Redacted(Settings(**GIVEN)).filter(plain)
    assert plain.args == (3,)
