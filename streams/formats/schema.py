"""A schema of a registry, whoever asked for it."""

from __future__ import annotations

from typing import NamedTuple


class UnknownSchemaError(Exception):
    """The registry has no such schema."""


class Schema(NamedTuple):
    """A schema: AVRO, JSON or PROTOBUF; `references` are the schemas that it names."""

    kind: str
    text: str
    references: tuple[str, ...] = ()
