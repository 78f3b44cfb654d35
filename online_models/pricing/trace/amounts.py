"""Money texts of an explanation, read back."""

from __future__ import annotations

from schemas.values import money

_AMOUNTS = [money.Amounts(digits) for digits in range(5)]


def minor(text: str, digits: int) -> int:
    """The minor units that a money text says.

    >>> minor("12.99", 2)
    1299
    """
    return _AMOUNTS[digits][text]
