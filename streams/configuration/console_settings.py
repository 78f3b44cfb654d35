"""What only the console is asked to do otherwise."""

from __future__ import annotations

from pydantic import Field, FilePath, SecretStr
from pydantic_settings import BaseSettings

from streams.configuration.text import WebAddress


class ConsoleSettings(BaseSettings):
    """A part of `Settings`."""

    store: SecretStr = Field(
        SecretStr("sqlite:///pricetide-console.sqlite"),
        description="the console's own database: sqlite:///FILE or postgresql+psycopg://…",
    )
    store_file: FilePath | None = Field(None, description="file that holds store")
    locale: str = Field("en", description="how the console writes numbers and money: en, de_CH …")
    console_hosts: frozenset[str] = Field(
        frozenset(),
        description='names by which browsers reach the console, JSON: ["prices.example.org"]',
    )
    console_proxies: tuple[str, ...] = Field(
        (),
        description="addresses of proxies that say who asks, in X-Forwarded-User and "
        'X-Forwarded-Groups, JSON: ["10.0.0.5", "10.1.0.0/16"]; then nobody else is let in but by '
        "a token",
    )
    console_groups: dict[str, str] = Field(
        default_factory=dict,
        description="what the groups of the proxy or the OpenID provider may do, JSON: "
        '{"pricing": "approve,steer"}',
    )
    console_url: WebAddress | None = Field(
        None, description="where browsers find the console: https://prices.example.org"
    )
    console_oidc_issuer: WebAddress | None = Field(
        None, description="OpenID provider that people sign in with, by its issuer's address"
    )
    console_oidc_client: str | None = Field(
        None, description="what that provider calls the console: the client id"
    )
    console_oidc_secret: SecretStr | None = Field(
        None, description="the client's secret; a public client has none"
    )
    console_oidc_secret_file: FilePath | None = Field(
        None, description="file that holds console_oidc_secret"
    )
    console_oidc_claim: str = Field(
        "groups",
        description="claim of the ID token that has people's groups: groups, realm_access.roles …",
    )
    console_tensorboard: WebAddress | None = Field(
        None, description="where the trainings' TensorBoard is: https://boards.example.org"
    )
    console_four_eyes: bool = Field(
        False,
        description="whether who wrote a policy is kept from putting it in force, and from "
        "approving what it proposes",
    )
    console_notify: tuple[SecretStr, ...] = Field(
        (),
        description="who is told of alerts, JSON: https://… (signed with webhook_secret), "
        "slack+https://…, teams+https://…, mailto:name@example.org",
    )
    console_notify_file: FilePath | None = Field(None, description="file that holds console_notify")
    console_smtp: SecretStr | None = Field(
        None, description="mail server for them: smtp://user:secret@mail.example.org:587"
    )
    console_smtp_file: FilePath | None = Field(None, description="file that holds console_smtp")
    console_mail_from: str = Field(
        "pricetide@localhost", description="sender of that mail", max_length=200
    )
    console_digest_hour: int | None = Field(
        None,
        description="hour of the day at which they are sent a digest, in timezone",
        ge=0,
        le=23,
    )
