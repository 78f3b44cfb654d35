"""`dead-letters`: key and value byte for byte as they came (of large ones the heads); these headers
say why and whence.
"""

from __future__ import annotations

from pydantic import Field

from schemas.records.record import Outgoing
from schemas.values.fields import Stock, Text


class DeadLetterHeaders(Outgoing):
    """Each header's value is UTF-8 text on the wire; the numbers are in decimal.

    Where only the head of a key or value is kept, its length and its SHA-256 tell the original.
    """

    error: Text
    source_topic: Text = Field(alias="source-topic")
    source_partition: Stock = Field(alias="source-partition")
    source_offset: Stock = Field(alias="source-offset")
    key_bytes: Stock | None = Field(None, alias="key-bytes")
    key_sha256: Text | None = Field(None, alias="key-sha256")
    value_bytes: Stock | None = Field(None, alias="value-bytes")
    value_sha256: Text | None = Field(None, alias="value-sha256")

    def kafka(self) -> list[tuple[str, bytes]]:
        """The headers as a Kafka client takes them."""
        fields = self.model_dump(by_alias=True, exclude_none=True).items()
        return [(name, str(value).encode("utf-8", "replace")) for name, value in fields]
