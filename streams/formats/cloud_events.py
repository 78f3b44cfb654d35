"""CloudEvents 1.0 over Kafka, structured and binary (its Kafka protocol binding)."""

from __future__ import annotations

from base64 import b64decode
from collections.abc import Iterable
from typing import Any, NamedTuple

import msgspec

from schemas.records.record import RecordError, document

STRUCTURED = b"application/cloudevents"
STRUCTURED_JSON = b"application/cloudevents+json"
_PREFIX = "ce_"
Headers = Iterable[tuple[str, bytes | None]]


class Enveloped(NamedTuple):
    """What an event carries: bytes as they would come without it; and its attributes."""

    data: bytes | None
    attributes: dict[str, Any]


def opened(headers: Headers, value: bytes | None) -> Enveloped | None:
    """What the event of a record carries; None where it is none. RecordError."""
    found = dict(headers)
    content = found.get("content-type") or b""
    if content.startswith(STRUCTURED):
        if not content.startswith(STRUCTURED_JSON):
            raise RecordError(f"CloudEvents as {content.decode('ascii', 'replace')} are not read")
        return _structured(value)
    if "ce_specversion" not in found:
        return None
    attributes = {
        name.removeprefix(_PREFIX): (text or b"").decode("utf-8", "replace")
        for name, text in found.items()
        if name.startswith(_PREFIX)
    }
    return Enveloped(value, attributes)


def _structured(value: bytes | None) -> Enveloped:
    event = document(value or b"")
    if not isinstance(event, dict) or "specversion" not in event:
        raise RecordError("no CloudEvent: it has no specversion")
    attributes = {name: each for name, each in event.items() if name not in ("data", "data_base64")}
    if "data_base64" in event:
        try:
            return Enveloped(b64decode(event["data_base64"], validate=True), attributes)
        except (ValueError, TypeError):
            raise RecordError("data_base64: no base64") from None
    data = event.get("data")
    return Enveloped(None if data is None else msgspec.json.encode(data), attributes)
