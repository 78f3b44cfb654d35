"""Everything a user may set: flags over `PRICETIDE_*` variables over a TOML file."""

from __future__ import annotations

import os
from collections.abc import Mapping
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, Self

from pydantic import Field, SecretStr, field_validator, model_validator
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
)

from schemas.topics import PARTITIONS, TOPICS
from schemas.values import durations
from schemas.values.instants import MINUTE
from schemas.values.money import minor_digits
from streams.configuration.connection import ConnectionSettings
from streams.configuration.console_settings import ConsoleSettings
from streams.configuration.forecaster_settings import ForecasterSettings
from streams.configuration.sources import toml_file
from streams.configuration.spelling import NESTED, PREFIX, require_spelling
from streams.configuration.text import WebAddress, require_text
from streams.mapping.mapper import Mapper
from streams.mapping.topic_settings import OutputFormat, TopicSettings, named, require_different
from streams.mapping.values import Zone
from streams.metrics.address import address

if TYPE_CHECKING:
    from online_models.fold.state import FoldSettings

#: A key that hides nobody, for trying things out on one machine.
PUBLIC_KEY = "pricetide"
#: A shorter window holds nothing that could be learnt from, and there would be too many.
SHORTEST_BUCKET = MINUTE


class Settings(ConsoleSettings, ForecasterSettings, ConnectionSettings):
    """Each field is a variable `PRICETIDE_<NAME>` and a key of the TOML file."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX,
        env_nested_delimiter=NESTED,
        extra="ignore",
        frozen=True,
        hide_input_in_errors=True,
    )

    app: str = Field("pricetide", description="prefix of consumer groups and transactional ids")
    instance: str | None = Field(
        None,
        description="name of this worker among its like, kept across restarts (the pod's name): "
        "static membership makes a restart a matter of a second or two",
    )
    partitions: int = Field(
        PARTITIONS, ge=1, le=1024, description="partitions of the journal; part of the determinism"
    )
    delivery: Literal["exactly-once", "at-least-once"] = Field(
        "exactly-once",
        description="at-least-once skips the transactions: quicker; after a crash or a pause "
        "records may be repeated, byte for byte, also behind newer ones, which `revision` tells",
    )
    transaction_ms: int = Field(
        10,
        ge=0,
        le=5000,
        description="least ms from one transaction of a worker to the next, with exactly-once",
    )
    snapshot_seconds: float = Field(
        10.0, gt=0, description="least seconds between snapshots of a partition's state"
    )
    bucket: str = Field(
        "P1D",
        description="length of the windows in which demand is counted, ISO 8601. Where it is a "
        "day (P1D), fast offers, or those whose policy says so, have windows of an hour; those of "
        "several days (P7D) begin with the day of the first event",
    )
    lateness: str | None = Field(
        None, description="how late an event may come, ISO 8601; default PT1H for hours, P1D else"
    )
    river: tuple[str, ...] = Field(
        (),
        description="River models that forecast beside the others, JSON: "
        '["river.linear_model.BayesianLinearRegression", "river.time_series.SNARIMAX(p=7, d=0, '
        'q=1)"]; prices do not rest on them',
    )
    river_by: Literal["offer", "category"] = Field(
        "offer", description="whether there is one of these models per offer or per category"
    )
    own_names: frozenset[str] = Field(
        frozenset(), description='your names in competitor feeds, JSON: ["acme"]'
    )
    timezone: Zone = Field(
        "UTC",
        description="IANA zone whose midnight starts a day; demand is counted by that of its "
        "winter time all year",
    )
    ack_timeout: str = Field(
        "PT1H",
        description="how long the shop may take to acknowledge a price, ISO 8601; till then it "
        "is taken to show the price before",
    )
    shadow: bool = Field(
        False,
        description="true: decide prices, and publish them to price-decisions alone; what the shop "
        "shows by itself is learnt from. The field shadow of a policy does the same for its offers",
    )
    training: Path = Field(
        Path("training"), description="folder of the trainer: trials, boards, registry"
    )
    train_every: str = Field("P1D", description="time between training runs, ISO 8601")
    train_days: int = Field(180, ge=1, description="days that a training run looks back")
    train_models: str = Field("mlp,gru", description="models that a run tries")
    metrics: str | None = Field(
        None,
        description="[HOST:]PORT where the worker answers /metrics (Prometheus), /live and /ready; "
        "the host is 127.0.0.1 unless given. Default: nowhere",
    )
    otlp: WebAddress | None = Field(
        None,
        description="URL of an OpenTelemetry collector (OTLP over HTTP, such as "
        "http://collector:4318), to which a worker sends the metrics of /metrics every 15 s; "
        "a login goes into OTEL_EXPORTER_OTLP_HEADERS. Default: nowhere",
    )
    rates: dict[str, Decimal] = Field(
        default_factory=dict, description='accepted foreign money, JSON: {"EUR/USD": "1.08"}'
    )
    customer_key: SecretStr = Field(
        SecretStr(PUBLIC_KEY),
        min_length=1,
        description="secret key of the hashes that replace customer ids; the default is known to "
        "all, and serves only a Kafka on this machine",
    )
    topic_prefix: str = Field(
        "", description="what the names of all topics begin with, but of those that have a name"
    )
    topics: dict[str, TopicSettings] = Field(
        default_factory=dict,
        description="a table for each topic that is called otherwise, or whose records are: "
        '[topics.orders] with name = "shop.orders.v3" and a table of fields',
    )
    settings_changed: str = Field(
        "",
        description="names of settings, with commas, that all workers of the app are to have from "
        "this start on: without it, a worker whose settings are not those of the others stops",
    )
    output_format: OutputFormat = Field(
        "json", description="how outputs are written, unless their topic's table says otherwise"
    )
    log_format: Literal["text", "json"] = Field(
        "text", description="how a worker logs: lines for people, or a JSON object a line"
    )

    @field_validator("*")
    @classmethod
    def _is_text(cls, value: Any) -> Any:
        require_text(value)
        return value

    @field_validator("bucket", "lateness", "ack_timeout", "train_every")
    @classmethod
    def _is_duration(cls, text: str | None) -> str | None:
        if text is not None:
            durations.to_ms(text)
        return text

    @field_validator("bucket")
    @classmethod
    def _is_long_enough(cls, text: str) -> str:
        if durations.to_ms(text) < SHORTEST_BUCKET:
            raise ValueError(f"{text} is shorter than a minute")
        return text

    @field_validator("metrics")
    @classmethod
    def _is_address(cls, where: str | None) -> str | None:
        if where is not None:
            address(where)
        return where

    @field_validator("river")
    @classmethod
    def _are_river_models(cls, names: tuple[str, ...]) -> tuple[str, ...]:
        if names:  # River takes a second to import
            from online_models.demand.river.named_models import parsed

            for name in names:
                parsed(name)
        return names

    @field_validator("topics", mode="before")
    @classmethod
    def _are_topics(cls, tables: Any) -> Any:
        return named(tables) if isinstance(tables, Mapping) else tables

    @model_validator(mode="after")
    def _can_write_outputs(self) -> Self:
        written = {self.output_format, *(table.format for table in self.topics.values())}
        if self.registry is None and written & {"avro", "json-schema"}:
            raise ValueError("outputs of a schema registry need its URL: registry")
        return self

    @model_validator(mode="after")
    def _tells_topics_apart(self) -> Self:
        require_different(self.topic_prefix, self.topics)
        for topic, table in self.topics.items():
            Mapper(topic, table.fields)  # which may name a field that is none
            if table.fields and TOPICS[topic].direction != "in":
                raise ValueError(f"{topic} is no input: it has no fields of yours")
            if table.format and TOPICS[topic].direction != "out":
                raise ValueError(f"{topic} is no output: its records say themselves what they are")
        return self

    @field_validator("rates")
    @classmethod
    def _are_rates(cls, rates: dict[str, Decimal]) -> dict[str, Decimal]:
        for pair, rate in rates.items():
            source, _, target = pair.partition("/")
            for currency in (source, target):
                minor_digits(currency)
            if not (rate.is_finite() and rate > 0):
                raise ValueError(f"{pair}: {rate} is no rate above zero")
        return rates

    @field_validator("settings_changed")
    @classmethod
    def _names_settings(cls, names: str) -> str:
        for name in filter(None, names.split(",")):
            if name not in cls.model_fields:
                raise ValueError(f"{name!r} is no setting")
        return names

    @property
    def changed(self) -> frozenset[str]:
        """The settings that `settings_changed` names."""
        return frozenset(filter(None, self.settings_changed.split(",")))

    @property
    def pace_seconds(self) -> float:
        """From one publication to the next, at least: only a transaction costs much by itself."""
        return self.transaction_ms / 1000 if self.delivery == "exactly-once" else 0.0

    @property
    def fold(self) -> FoldSettings:
        """What the fold needs to know."""
        return _fold(
            self.bucket,
            self.lateness,
            self.partitions,
            self.river,
            self.river_by,
            self.own_names,
            self.timezone,
            self.ack_timeout,
            shadow=self.shadow,
        )

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Flags, then the environment, then the file."""
        require_spelling(settings_cls, os.environ)
        return init_settings, env_settings, toml_file(settings_cls)


@cache
def _fold(
    bucket: str,
    lateness: str | None,
    partitions: int,
    river: tuple[str, ...],
    river_by: Literal["offer", "category"],
    own_names: frozenset[str],
    timezone: str,
    ack_timeout: str,
    *,
    shadow: bool,
) -> FoldSettings:
    """Settings of the fold; importing it takes a second that some commands save."""
    from online_models.demand.settings import DemandSettings
    from online_models.fold.state import FoldSettings
    from online_models.pricing.policy.settings import PricingSettings
    from online_models.pricing.state.days import standard_offset

    return FoldSettings(
        window_ms=durations.to_ms(bucket),
        lateness_ms=None if lateness is None else durations.to_ms(lateness),
        partitions=partitions,
        demand=DemandSettings(
            river=river, river_by=river_by, utc_offset_ms=standard_offset(timezone)
        ),
        pricing=PricingSettings(
            own_names=own_names,
            timezone=timezone,
            ack_timeout_ms=durations.to_ms(ack_timeout),
            shadow=shadow,
        ),
    )
