"""Who a refused record is about is not for whoever may look at dead letters."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Collection

#: Members of a JSON object that name a person, as producers spell them: letters alone, in lower
#: case.
PERSONAL = frozenset({"customer", "customerid", "session", "sessionid"})
#: Of a name, characters at most; what is longer names none of these.
_LONGEST = 64
#: A name, a colon, and a value: text, a list or an object up to its first end, or anything else.
_MEMBER = re.compile(
    rb'"((?:[^"\\]|\\.){1,%d}+)"(\s{0,16}:\s{0,16})' % _LONGEST
    + rb'("(?:[^"\\]|\\.)*+"?|[\[{][^\]}]*+[\]}]?|[^\s,"\]}]++)',
    re.DOTALL,
)
#: What a value that names a person must hold, or an escape in its place.
_HINT = re.compile(rb"customer|session|\\u00", re.IGNORECASE)
#: Bytes of a value that are searched for names: it takes up to a microsecond a byte.
LARGEST_SEARCHED = 1 << 15
#: What a message quotes of a value.
_QUOTED = re.compile(r"(\b(?:customer|session)_id: [^;]*?), not [^;]*")


def hide_in_message(message: str) -> str:
    """The message without the values that it quotes of personal fields.

    >>> hide_in_message("customer_id: should be text, not 4711; time: required, but absent")
    'customer_id: should be text; time: required, but absent'
    """
    return _QUOTED.sub(r"\1", message)


def may_name(value: bytes, also: Collection[str] = ()) -> bool:
    """Whether a value may name a person, in a field of the contract or of `also`."""
    return bool(also) or _HINT.search(value) is not None


def hide(value: bytes, hashed: Callable[[str], str], also: Collection[str] = ()) -> bytes:
    """The value with `hashed` of whatever its personal fields hold; all else byte for byte.

    `also` are more of these, letters alone and in lower case.

    Whether it is sound JSON does not matter. Absent names stay null.

    >>> hide(b'{"customer_id": 4711, "sku": "a"', lambda name: "x")
    b'{"customer_id": "x", "sku": "a"'
    """

    def masked(found: re.Match[bytes]) -> bytes:
        name, colon, given = found.groups()
        if given == b"null" or not (_letters(name) in PERSONAL or _letters(name) in also):
            return found[0]
        text = given.strip(b'"').decode("utf-8", "backslashreplace")
        return b'"%b"%b%b' % (name, colon, json.dumps(hashed(text)).encode())

    return _MEMBER.sub(masked, value)


def _letters(name: bytes) -> str:
    text = name.decode("utf-8", "replace")
    if "\\" in text:
        try:
            text = json.loads(f'"{text}"')
        except ValueError:
            return ""
    return "".join(filter(str.isalpha, text)).lower()
