"""What a quote's standing is called."""

from __future__ import annotations

#: Status of a quote's record → words; without a record nobody has answered yet.
_STATUS = {
    None: "not answered yet",
    "proposed": "waits for approval",
    "offered": "offered",
    "rejected": "turned down",
    "expired": "expired",
    "declined": "no price",
}


def quote_status(status: str | None) -> str:
    """A status in a merchant's words.

    >>> quote_status("declined"), quote_status(None)
    ('no price', 'not answered yet')
    """
    return _STATUS[status]
