"""Outputs in the form that their readers want: a registry's Avro or JSON, or CloudEvents."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any, NamedTuple

import msgspec

from schemas.export.avro import avro_schema
from schemas.export.json_schema import json_schema
from schemas.topics import TOPICS
from streams.configuration.settings import Settings
from streams.formats.avro import encoder
from streams.formats.cloud_events import STRUCTURED_JSON
from streams.formats.framing import frame
from streams.formats.registry import SchemaRegistry, registry_of

Headers = tuple[tuple[str, bytes], ...]
#: Topics that the pricer reads again itself, or whose records keep bytes as they came.
_PLAIN = frozenset({"dead-letters", "model-updates"})


class Written(NamedTuple):
    """A value, and the headers that say what it is."""

    value: bytes | None
    headers: Headers = ()


#: Of a record's key, value (JSON) and timestamp, ms.
Write = Callable[[bytes | None, bytes, int], Written]


class OutputFormats:
    """Knows for each output topic how its records are written; JSON where nothing else is said.

    `register` tells the registry of our schemas and must have returned before `write`.
    """

    def __init__(self, settings: Settings) -> None:
        self._app = settings.app
        self._registry = registry_of(settings)
        self._formats = {
            name: form
            for name, topic in TOPICS.items()
            if topic.direction == "out" and name not in _PLAIN
            if (form := _format(settings, name)) != "json"
        }
        self._names = {name: table.name for name, table in settings.topics.items() if table.name}
        self._prefix = settings.topic_prefix
        self._writers: dict[str, Write] = {}

    def __bool__(self) -> bool:
        """Whether any topic is not plain JSON."""
        return bool(self._formats)

    async def register(self) -> None:
        """Have the numbers of our schemas; RegistryAwayError where they are not known yet."""
        for name, form in self._formats.items():
            if name not in self._writers:
                self._writers[name] = await asyncio.to_thread(self._writer, name, form)

    def write(self, topic: str, key: bytes | None, value: bytes | None, time: int) -> Written:
        """A record's value as its readers want it."""
        writer = self._writers.get(topic)
        return Written(value) if writer is None or value is None else writer(key, value, time)

    def _writer(self, name: str, form: str) -> Write:
        if form == "cloudevents":
            return lambda key, value, time: _structured(self._attributes(name, key, time), value)
        if form == "cloudevents-binary":
            return lambda key, value, time: _binary(self._attributes(name, key, time), value)
        assert self._registry is not None, "the settings were checked"
        subject = f"{self._names.get(name) or self._prefix + name}-value"
        return _registered(self._registry, name, subject, form)

    def _attributes(self, name: str, key: bytes | None, time: int) -> dict[str, str]:
        moment = datetime.fromtimestamp(time / 1000, UTC).isoformat(timespec="milliseconds")
        attributes = {
            "specversion": "1.0",
            "type": f"pricetide.{name}",
            "source": f"/pricetide/{self._app}",
            "time": moment.replace("+00:00", "Z"),
            "datacontenttype": "application/json",
        }
        if key is not None:
            attributes["subject"] = key.decode("utf-8", "replace")
        return attributes


def _format(settings: Settings, name: str) -> str:
    table = settings.topics.get(name)
    return (table.format if table else None) or settings.output_format


def _registered(registry: SchemaRegistry, name: str, subject: str, form: str) -> Write:
    if form == "avro":
        declared = avro_schema(TOPICS[name])
        number = registry.register(subject, "AVRO", _text(declared))
        encode = encoder(declared)
        return lambda _key, value, _time: Written(frame(number, encode(msgspec.json.decode(value))))
    number = registry.register(subject, "JSON", _text(json_schema(TOPICS[name])))
    return lambda _key, value, _time: Written(frame(number, value))


def _text(schema: Any) -> str:
    return msgspec.json.encode(schema, order="sorted").decode()


def _identity(value: bytes, attributes: Mapping[str, str]) -> str:
    """The same for the same record, however often it is written."""
    named = f"{attributes['type']}\0{attributes.get('subject', '')}\0".encode()
    return sha256(named + value).hexdigest()[:32]


def _structured(attributes: dict[str, str], value: bytes) -> Written:
    event = {**attributes, "id": _identity(value, attributes), "data": msgspec.Raw(value)}
    return Written(msgspec.json.encode(event), (("content-type", STRUCTURED_JSON),))


def _binary(attributes: dict[str, str], value: bytes) -> Written:
    named = {**attributes, "id": _identity(value, attributes)}
    content = named.pop("datacontenttype")
    headers = tuple((f"ce_{name}", text.encode()) for name, text in sorted(named.items()))
    return Written(value, (("content-type", content.encode()), *headers))
