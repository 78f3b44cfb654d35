"""What a merchant may say of a topic: its name in his Kafka, and what he calls its fields."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from typing import Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from schemas.topics import TOPICS
from schemas.values.money import minor_digits
from streams.mapping.values import Zone, require_times

#: What Kafka takes for a topic's name.
_NAME = re.compile(r"[a-zA-Z0-9._-]{1,249}")


#: json: of the contract; json-schema, avro: with a schema registry's number before it;
#: cloudevents, cloudevents-binary: JSON in an event.
OutputFormat = Literal["json", "json-schema", "avro", "cloudevents", "cloudevents-binary"]


class FieldSource(BaseModel):
    """Where the value of a field comes from: a path in the merchant's record, or a constant."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    path: str | None = Field(
        None,
        alias="from",
        min_length=1,
        description="path of the merchant's field, its parts joined by dots",
    )
    constant: Any = Field(None, description="the value of every record")
    minor_units: bool | str = Field(
        False,
        description="the amount is in minor units (cents) of the record's currency, or of the one "
        "named here",
    )
    time: str | None = Field(
        None,
        description="how a time is written: seconds, milliseconds or microseconds since 1970, or "
        "a pattern such as %d.%m.%Y %H:%M",
    )
    zone: Zone = Field("UTC", description="IANA zone of times that name no offset")

    @field_validator("minor_units")
    @classmethod
    def _is_currency(cls, currency: bool | str) -> bool | str:
        if isinstance(currency, str):
            minor_digits(currency)
        return currency

    @field_validator("time")
    @classmethod
    def _tells_moments(cls, written: str | None) -> str | None:
        return None if written is None else require_times(written)

    @model_validator(mode="before")
    @classmethod
    def _is_spelt(cls, table: Any) -> Any:
        return spelt(table, {"from", "constant", "minor_units", "time", "zone"})

    @model_validator(mode="after")
    def _is_one(self) -> Self:
        if (self.path is None) == (self.constant is None):
            raise ValueError("give either from or constant")
        if self.constant is not None and (self.minor_units or self.time):
            raise ValueError("a constant is written as the field is to be")
        return self


class TopicSettings(BaseModel):
    """A table `[topics.NAME]` of pricetide.toml."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str | None = Field(None, description="what the topic is called in Kafka")
    format: OutputFormat | None = Field(
        None, description="how an output's records are written; default: output_format"
    )
    fields: dict[str, FieldSource] = Field(
        default_factory=dict,
        description="field of the record → path of the merchant's own field, or a table of from, "
        "constant, minor_units, time and zone. What is not named is taken as it comes",
    )

    @model_validator(mode="before")
    @classmethod
    def _is_spelt(cls, table: Any) -> Any:
        return spelt(table, cls.model_fields)

    @field_validator("name")
    @classmethod
    def _is_name(cls, name: str | None) -> str | None:
        if name is not None and not (_NAME.fullmatch(name) and name not in (".", "..")):
            raise ValueError(f"{name!r} is no name that Kafka takes for a topic")
        return name

    @field_validator("fields", mode="before")
    @classmethod
    def _are_sources(cls, fields: Any) -> Any:
        if not isinstance(fields, Mapping):
            return fields
        return {
            field: {"from": source} if isinstance(source, str) else source
            for field, source in fields.items()
        }


def named(tables: Mapping[str, Any]) -> dict[str, Any]:
    """The tables by topic: a variable cannot hold the `-` of a topic's name, and has `_` for it.

    ValueError, with the nearest name, where there is no such topic.
    """
    found = {}
    for given, table in tables.items():
        topic = given.lower().replace("_", "-")
        if topic not in TOPICS:
            near = get_close_matches(topic, TOPICS, n=1)
            raise ValueError(f"no topic {given!r}{f'; perhaps {near[0]}?' if near else ''}")
        found[topic] = table
    return found


def require_different(prefix: str, given: Mapping[str, TopicSettings]) -> None:
    """ValueError where two topics would be one in Kafka, or a prefix cannot be part of a name."""
    if not _NAME.fullmatch(f"{prefix}x"):
        raise ValueError(f"topic_prefix {prefix!r} cannot be part of a topic's name in Kafka")
    called: dict[str, str] = {}
    for topic in TOPICS:
        own = given[topic].name if topic in given else None
        name = own or f"{prefix}{topic}"
        if name in called:
            raise ValueError(f"topics {called[name]} and {topic} are both called {name}")
        called[name] = topic


def spelt(table: Any, known: Iterable[str]) -> Any:
    """The table as it is; ValueError, with the nearest name, where a key is none of the known."""
    for key in table if isinstance(table, Mapping) else ():
        if key not in (names := list(known)):
            near = get_close_matches(key, names, n=1)
            raise ValueError(f"{key}: no such setting{f'; perhaps {near[0]}?' if near else ''}")
    return table
