"""Tokens for MSK, made by AWS's own library; it needs no network for that."""

from __future__ import annotations

from base64 import urlsafe_b64decode
from urllib.parse import parse_qs, urlsplit

import pytest

from streams.configuration.settings import Settings
from streams.kafka.tokens import TokenError, _of_msk, tokens

REGION = "eu-central-1"


@pytest.fixture(autouse=True)
def _fresh(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_PROFILE", "AWS_SESSION_TOKEN", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_CONFIG_FILE", "/nowhere")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", "/nowhere")
    _of_msk.cache_clear()


def settings() -> Settings:
    return Settings(
        bootstrap="b-1.shop.kafka.eu-central-1.amazonaws.com:9198",
        security_protocol="SASL_SSL",
        sasl_mechanism="AWS_MSK_IAM",
        aws_region=REGION,
    )


def test_a_token_is_a_signed_request_to_the_clusters_region(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    pytest.importorskip("aws_msk_iam_sasl_signer", reason="the extra `msk` is not installed")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
    provider = tokens(settings())
    text = provider.now()
    url = urlsplit(urlsafe_b64decode(text + "=" * (-len(text) % 4)).decode())
    asked = parse_qs(url.query)
    assert url.hostname == f"kafka.{REGION}.amazonaws.com"
    assert asked["Action"] == ["kafka-cluster:Connect"]
    assert asked["X-Amz-Credential"][0].startswith("AKIDEXAMPLE/")
    assert provider.now() == text


def test_without_credentials_it_says_who_gave_no_token() -> None:
    pytest.importorskip("aws_msk_iam_sasl_signer", reason="the extra `msk` is not installed")
    with pytest.raises(
        TokenError, match=f"no token from AWS for {REGION}: AWS's tools find no key"
    ):
        tokens(settings()).now()


def test_without_the_extra_it_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "aws_msk_iam_sasl_signer", None)
    with pytest.raises(TokenError, match=r"pricetide\[msk\]"):
        tokens(settings()).now()
