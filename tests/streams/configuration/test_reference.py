"""The page of settings says what the declaration says, and its examples are files that work."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest
from pydantic import ValidationError

from streams.configuration.cluster_examples import EXAMPLES, ClusterExample
from streams.configuration.reference import PAGE, page
from streams.configuration.settings import Settings


def test_the_page_is_that_of_the_declaration() -> None:
    assert PAGE.read_text(encoding="utf-8") == page()


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda each: each.provider)
def test_each_example_is_accepted(example: ClusterExample, tmp_path: Path) -> None:
    given = tomllib.loads(example.toml)
    for name in given:
        if name.endswith("file"):
            (tmp_path / name).write_text("secret\n")
            given[name] = tmp_path / name
    assert Settings(**given).bootstrap == given["bootstrap"]


def test_a_secret_is_read_from_its_file_without_the_end_of_the_line(tmp_path: Path) -> None:
    (tmp_path / "key").write_text(" tuna \n")
    assert Settings(customer_key_file=tmp_path / "key").customer_key.get_secret_value() == " tuna "


def test_a_secret_that_is_given_twice_or_nowhere_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "key").write_text("a")
    with pytest.raises(ValidationError, match="both customer_key and customer_key_file"):
        Settings(customer_key="b", customer_key_file=tmp_path / "key")
    with pytest.raises(ValidationError, match="customer_key_file"):
        Settings(customer_key_file=tmp_path / "nowhere")


@pytest.mark.parametrize(
    ("given", "error"),
    [
        ({"sasl_mechanism": "OAUTHBEARER"}, "SASL_SSL with OAUTHBEARER needs oauth_token_url"),
        ({"sasl_mechanism": "AWS_MSK_IAM"}, "SASL_SSL with AWS_MSK_IAM needs aws_region"),
        ({"oauth_token_url": "http://example.com"}, "must begin with https://"),
        ({"oauth_token_url": "file:///etc/passwd"}, "must begin with https://"),
    ],
)
def test_a_login_that_cannot_be_is_refused(given: dict[str, str], error: str) -> None:
    with pytest.raises(ValidationError, match=error):
        Settings(security_protocol="SASL_SSL", **given)
