"""What the reason of a dead letter means to whoever sends the data."""

from __future__ import annotations

#: A part of a reason → what to do; the first that is found counts.
_MEANINGS = {
    "not JSON": "It is no JSON document. Mend the text, and see what sends it.",
    "required, but absent": "A field that must be there is missing. Add it.",
    "is priced in": "The event is in another currency than its product. Correct one of the two.",
    "minutes ahead": "Its time lies in the future. See the sender's clock.",
    "characters, more than": "A text is too long. Shorten it.",
    "bytes, more than": "The record is too large to be an event.",
    "should be exact": "The amount has more decimals than its currency. Round it.",
    "currency": "The currency is unknown, or not allowed here. Correct it.",
    "should be": "A field has a value of the wrong kind. Correct it.",
    "time": "Its time cannot be read. Correct it.",
}


def meaning(reason: str) -> str:
    """One or two sentences; empty where the reason says all there is.

    >>> meaning("lines: required, but absent")
    'A field that must be there is missing. Add it.'
    """
    return next((text for part, text in _MEANINGS.items() if part in reason), "")
