"""`dead-letters`: key and value byte for byte as they came; these headers say why and whence."""

from __future__ import annotations

from pydantic import Field

from schemas.records.record import Outgoing
from schemas.values.fields import Stock, Text


class DeadLetterHeaders(Outgoing):
    """Each header's value is UTF-8 text on the wire; the numbers are in decimal."""

    error: Text
    source_topic: Text = Field(alias="source-topic")
    source_partition: Stock = Field(alias="source-partition")
    source_offset: Stock = Field(alias="source-offset")

    def kafka(self) -> list[tuple[str, bytes]]:
        """The headers as a Kafka client takes them."""
        fields = self.model_dump(by_alias=True).items()
        return [(name, str(value).encode("utf-8", "replace")) for name, value in fields]
