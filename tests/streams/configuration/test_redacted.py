"""No line of a log holds a secret of the settings."""

from __future__ import annotations

import json
import logging
import sys
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr, ValidationError

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
#: Every setting that is a secret.
SECRET = [name for name, f in Settings.model_fields.items() if "SecretStr" in str(f.annotation)]
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
    assert set(SECRET) <= GIVEN.keys()
    assert isinstance(Settings(**GIVEN).console_oidc_secret, SecretStr)


@pytest.mark.parametrize("name", SECRET)
def test_every_secret_setting_is_read_from_a_file(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    given = GIVEN[name]
    text = given if isinstance(given, str) else json.dumps(given)
    (tmp_path / "secret").write_text(f"{text}\n")
    monkeypatch.setenv(f"PRICETIDE_{name.upper()}_FILE", str(tmp_path / "secret"))
    assert getattr(Settings(), name) == getattr(Settings(**{**GIVEN, f"{name}_file": None}), name)
    monkeypatch.setenv(f"PRICETIDE_{name.upper()}", text)
    with pytest.raises(ValidationError, match=f"both {name} and {name}_file"):
        Settings()


def test_a_file_that_should_hold_a_list_is_refused_without_showing_it(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("slack+https://hooks.example.org/haddock")
    with pytest.raises(ValidationError, match="console_notify_file holds no JSON") as error:
        Settings(console_notify_file=tmp_path / "secret")
    assert "haddock" not in str(error.value)


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


@pytest.mark.parametrize("password", ["car[p", "car/p"])
def test_a_stores_password_may_hold_what_ends_a_host(password: str) -> None:
    store = f"postgresql+psycopg://console:{password}@db/console"
    line = logging.LogRecord("x", logging.ERROR, "f.py", 1, "wrong: %s", (password,), None)
    assert Redacted(Settings(**{**GIVEN, "store": store})).filter(line)
    assert line.getMessage() == "wrong: ***"


def test_a_login_in_any_url_shows_in_no_line() -> None:
    line = logging.LogRecord("x", logging.ERROR, "f.py", 1, "no answer of %s", (), None)
    line.args = ("https://bob:tuna@example.org/a",)
    assert Redacted(Settings()).filter(line)
    assert line.getMessage() == "no answer of https://***@example.org/a"
