"""How to reach Kafka and a schema registry, and where secrets stand."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Literal, Self

from pydantic import Field, FilePath, SecretStr, field_validator, model_validator
from pydantic_settings import BaseSettings

from streams.addresses import split, without_logins
from streams.configuration.text import WebAddress

#: What mechanisms need that are not a user and a password.
_LOGINS = {
    "OAUTHBEARER": ("oauth_token_url", "oauth_client_id", "oauth_client_secret"),
    "AWS_MSK_IAM": ("aws_region",),
}


class ConnectionSettings(BaseSettings):
    """The part of the settings that is about connections."""

    bootstrap: str | None = Field(None, description="Kafka bootstrap servers, HOST:PORT[,…]")
    security_protocol: Literal["PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL"] = Field(
        "PLAINTEXT", description="how to talk to Kafka"
    )
    sasl_mechanism: Literal[
        "PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512", "OAUTHBEARER", "AWS_MSK_IAM"
    ] = Field("SCRAM-SHA-512", description="how to log in, with SASL_*")
    sasl_username: str | None = Field(None, description="with PLAIN and SCRAM")
    sasl_password: SecretStr | None = Field(None, description="with PLAIN and SCRAM")
    oauth_token_url: WebAddress | None = Field(
        None, description="with OAUTHBEARER: where tokens are had for client credentials (OIDC)"
    )
    oauth_client_id: str | None = Field(None, description="with OAUTHBEARER")
    oauth_client_secret: SecretStr | None = Field(None, description="with OAUTHBEARER")
    oauth_scope: str | None = Field(None, description="with OAUTHBEARER, where it is asked for")
    oauth_cafile: FilePath | None = Field(
        None, description="certificate authority of the token URL, PEM; default: the system's"
    )
    oauth_extensions: dict[str, str] = Field(
        default_factory=dict,
        description='what goes to the broker with a token, JSON: {"logicalCluster": "lkc-1"}',
    )
    aws_region: str | None = Field(
        None, description="with AWS_MSK_IAM, whose key is found as AWS's tools find it"
    )
    ssl_cafile: FilePath | None = Field(None, description="certificate authority, PEM, with *SSL")
    ssl_certfile: FilePath | None = Field(None, description="client certificate, PEM, with *SSL")
    ssl_keyfile: FilePath | None = Field(None, description="client key, PEM, with *SSL")
    registry: WebAddress | None = Field(
        None,
        description="URL of a schema registry (Confluent's interface): records that name a schema "
        "by its number are read, and outputs may be written so",
    )
    registry_username: str | None = Field(None, description="with a registry that asks for one")
    registry_password: SecretStr | None = Field(None, description="with registry_username")
    registry_password_file: FilePath | None = Field(
        None, description="file that holds registry_password"
    )
    registry_cafile: FilePath | None = Field(
        None, description="certificate authority of the registry, PEM; default: the system's"
    )
    registry_cache: Path | None = Field(
        None, description="folder where schemas are kept; default: ~/.cache/pricetide/schemas"
    )
    customer_key_file: FilePath | None = Field(None, description="file that holds customer_key")
    sasl_password_file: FilePath | None = Field(None, description="file that holds sasl_password")
    oauth_client_secret_file: FilePath | None = Field(
        None, description="file that holds oauth_client_secret"
    )

    webhook_secret: SecretStr | None = Field(
        None,
        description="what `pricetide apply` signs webhooks with; after `whsec_`, it is in base64",
    )
    webhook_secret_file: FilePath | None = Field(None, description="file that holds webhook_secret")

    @field_validator("oauth_token_url")
    @classmethod
    def _is_safe(cls, url: str | None) -> str | None:
        if url is not None:
            _require_safe(url)
        return url

    @model_validator(mode="after")
    def _has_a_registry(self) -> Self:
        if self.registry is not None and self.registry_password is not None:
            _require_safe(self.registry)
        return self

    @model_validator(mode="after")
    def _says_who_asks(self) -> Self:
        if self.security_protocol.startswith("SASL"):
            needed = _LOGINS.get(self.sasl_mechanism, ("sasl_username", "sasl_password"))
            if any(getattr(self, name) is None for name in needed):
                how = f" with {self.sasl_mechanism}" if self.sasl_mechanism in _LOGINS else ""
                *most, last = needed
                names = f"{', '.join(most)} and {last}" if most else last
                raise ValueError(f"{self.security_protocol}{how} needs {names}")
        return self

    @model_validator(mode="before")
    @classmethod
    def _read_secrets(cls, given: Any) -> Any:
        """Each setting NAME with a setting NAME_file may stand in a file of its own, as
        orchestrators mount secrets.
        """
        if not isinstance(given, dict):
            return given
        for name, field in cls.model_fields.items():
            if path := given.get(f"{name}_file"):
                if given.get(name) is not None:
                    raise ValueError(f"both {name} and {name}_file are given")
                if Path(path).is_file():  # if not, its own check says so
                    text = _held(name, Path(path))
                    is_text = field.annotation in (SecretStr, SecretStr | None)
                    given = given | {name: text if is_text else _listed(name, text)}
        return given


def _held(name: str, path: Path) -> str:
    """What a secret's file holds; ValueError where that is no text, or nothing."""
    try:
        text = path.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        # the error's own text would show a part of the secret
        raise ValueError(f"{name}_file: {path} is no text in UTF-8") from None
    text = text.removesuffix("\n").removesuffix("\r")
    if not text:
        raise ValueError(f"{name}_file: {path} is empty")
    return text


def _listed(name: str, text: str) -> Any:
    """What stands in the file, as in a variable; ValueError where it is no JSON."""
    try:
        return json.loads(text)
    except ValueError:
        # the error's own text would show the secret
        raise ValueError(f"{name}_file holds no JSON") from None


def _require_safe(url: str) -> None:
    """ValueError where a secret that is sent there could be read on the way."""
    parts = split(url)
    here = parts.hostname in ("localhost", "127.0.0.1", "::1")
    if parts.scheme != "https" and not (parts.scheme == "http" and here):
        raise ValueError(
            f"{without_logins(url)}: a secret goes there, so it must begin with https://"
        )
