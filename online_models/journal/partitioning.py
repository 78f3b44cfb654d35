"""Where Kafka's producers put a key: so a SKU's partition follows from the SKU alone."""

from __future__ import annotations

_SEED = 0x9747B28C
_FACTOR = 0x5BD1E995
_WORD = 0xFFFFFFFF


def address(key: str) -> int:
    """31 bits of a key; modulo the number of partitions they are its partition.

    MurmurHash2 of its UTF-8 bytes without the sign, as Kafka's Java client has it.

    >>> address("foobar") == -790332482 & 0x7FFFFFFF
    True
    """
    data = key.encode()
    whole = len(data) // 4 * 4
    value = _SEED ^ len(data)
    for start in range(0, whole, 4):
        word = int.from_bytes(data[start : start + 4], "little") * _FACTOR & _WORD
        word = (word ^ word >> 24) * _FACTOR & _WORD
        value = value * _FACTOR & _WORD ^ word
    if whole < len(data):
        value = (value ^ int.from_bytes(data[whole:], "little")) * _FACTOR & _WORD
    value = (value ^ value >> 13) * _FACTOR & _WORD
    return (value ^ value >> 15) & 0x7FFFFFFF
