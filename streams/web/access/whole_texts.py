"""Requests that hold the character NUL, which PostgreSQL keeps in no text.

Found before anything is done: a command that was sent, and then could not be written down, would be
one that nobody answers for.
"""

from __future__ import annotations

import re

from starlette.types import Message, Receive, Scope

JSON = "application/json"
FORM = "application/x-www-form-urlencoded"
#: As a string of JSON has it: behind an even number of backslashes, which are themselves escaped.
_ESCAPED = re.compile(rb"(?<!\\)(?:\\\\)*\\u0000")


def nul_in_address(scope: Scope) -> bool:
    """Whether the path or the query holds one."""
    return "\0" in scope["path"] or b"%00" in scope["query_string"]


def nul_in_body(body: bytes, media_type: str) -> bool:
    """Whether a form or a document of JSON holds one; or, beside its texts, a byte that is 0, as no
    JSON in UTF-8 has it, but in UTF-16, where the escape would be other bytes.
    """
    if b"\0" in body:
        return True
    if media_type.lower().startswith(FORM):
        return b"%00" in body
    return _ESCAPED.search(body) is not None


async def whole(receive: Receive) -> tuple[bytes, Receive]:
    """A request's body, and what gives it once more."""
    messages: list[Message] = []
    while True:
        messages.append(await receive())
        if not messages[-1].get("more_body"):
            break
    body = b"".join(each.get("body", b"") for each in messages)

    async def again() -> Message:
        return messages.pop(0) if messages else await receive()

    return body, again
