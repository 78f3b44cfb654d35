"""A wrong value as a person reads it in a message."""

from __future__ import annotations

from typing import Any

#: Enough to recognise what was sent.
LONGEST = 64


def shown(value: Any) -> str:
    """JSON's name for `value`, at moderate length; what is inside lists and objects is left out.

    >>> print(shown(True), shown(None), shown(7), shown("7"), shown([7]), shown({}))
    true null 7 '7' a list an object
    """
    if isinstance(value, str):
        return repr(value if len(value) <= LONGEST else value[:LONGEST] + "…")
    if isinstance(value, (list, tuple)):
        return "a list"
    if isinstance(value, dict):
        return "an object"
    if value is None or isinstance(value, bool):
        return str(value).lower().replace("none", "null")
    text = str(value)
    return text if len(text) <= LONGEST else text[:LONGEST] + "…"
