"""Settings that are URLs, and what is no text."""

from __future__ import annotations

import typing
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from streams.cli import main
from streams.configuration.settings import Settings
from streams.configuration.text import WebAddress
from tests.streams.configuration.test_redacted import SECRET

#: Every setting that is a URL.
URLS = [
    name
    for name, field in Settings.model_fields.items()
    if WebAddress in typing.get_args(field.annotation)
]
#: What is a text, and no more is known of it.
TEXTS = [
    name for name, field in Settings.model_fields.items() if field.annotation in (str, str | None)
]
UNUSABLE = [
    "http://[::1",
    "https://",
    "https://:80/x",
    "https://example.org:port",
    "https://example.org:99999",
    "https://example.org/a path",
    "https://example.org/\n",
    "https://müller.example",
    "ftp://example.org",
    "example.org:80",
    "",
]


@pytest.fixture(autouse=True)
def _alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def problem(**given: Any) -> str:
    with pytest.raises(ValidationError) as caught:
        Settings(**given)
    (found,) = caught.value.errors()
    assert found["loc"] == tuple(given)
    return f"{found['msg']} {caught.value}"


def test_a_setting_that_speaks_of_a_url_is_checked_as_one() -> None:
    assert set(URLS) >= {"registry", "oauth_token_url", "otlp", "console_oidc_issuer"}
    told = {
        name
        for name in TEXTS
        for words in [f"{name} {Settings.model_fields[name].description}"]
        if any(word in words for word in ("url", "URL", "://"))
    }
    assert told <= {*URLS, "topic_prefix"}


@pytest.mark.parametrize("name", URLS)
@pytest.mark.parametrize("url", UNUSABLE)
def test_a_url_that_no_request_can_go_to_is_refused(name: str, url: str) -> None:
    said = problem(**{name: url})
    assert "must begin with https:// or http://" in said or "%XX" in said


@pytest.mark.parametrize("name", URLS)
def test_a_url_with_a_password_is_refused_without_showing_it(name: str) -> None:
    for url in ("https://bob:tuna@example.org/", "https://bob:tu/na@example.org", "ftp://a:tuna@b"):
        said = problem(**{name: url})
        assert "tuna" not in said
        assert "bob" not in said


@pytest.mark.parametrize("name", URLS)
@pytest.mark.parametrize("url", ["https://example.org", "https://[::1]:8443/a%20b?c=d"])
def test_a_url_that_can_be_used_stays_as_it_is(name: str, url: str) -> None:
    assert getattr(Settings(**{name: url}), name) == url


@pytest.mark.parametrize("name", sorted({*TEXTS, *SECRET} - {"console_notify"}))
def test_a_variable_that_is_not_utf_8_is_refused_in_one_line(
    name: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv(f"PRICETIDE_{name.upper()}", "tuna\udcff")
    assert main(["pipe"]) == 2
    said = capsys.readouterr().err
    assert said.startswith(f"pricetide pipe: setting {name}: ")
    assert said.count("\n") == 1
    assert name not in SECRET or "tuna" not in said


def test_text_within_a_list_or_a_table_is_text_too() -> None:
    for given in ({"own_names": ["\udcff"]}, {"oauth_extensions": {"\udcff": "x"}}):
        assert "not in UTF-8" in problem(**given)


@pytest.mark.parametrize("name", SECRET)
@pytest.mark.parametrize(
    ("held", "said"), [(b"tuna\xff", "is no text in UTF-8"), (b"\n", "is empty")]
)
def test_a_secrets_file_that_holds_no_text_is_named(
    name: str,
    held: bytes,
    said: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    (tmp_path / "secret").write_bytes(held)
    monkeypatch.setenv(f"PRICETIDE_{name.upper()}_FILE", str(tmp_path / "secret"))
    assert main(["pipe"]) == 2
    shown = capsys.readouterr().err
    assert shown == f"pricetide pipe: settings: {name}_file: {tmp_path / 'secret'} {said}\n"


def test_an_argument_that_is_not_utf_8_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["set-price", "tea\udcff", "8.99", "--reason", "x"]) == 2
    assert capsys.readouterr().err == "pricetide set-price: sku: not in UTF-8\n"


def test_a_path_that_is_not_utf_8_is_none_of_that(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["policies", "check", "nowhere\udcff"]) == 2
    assert "No such file" in capsys.readouterr().err
