"""Text of settings: Unicode, and URLs that can be used."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, SecretStr

from streams.addresses import split


def require_text(value: Any) -> None:
    """ValueError where a text in `value`, at any depth, is no Unicode: a variable or an argument
    that is not UTF-8. Paths may be any bytes.

    >>> require_text({"EUR/USD": ("1", "\\udcff")})
    Traceback (most recent call last):
    ...
    ValueError: not in UTF-8
    """
    match value:
        case str():
            try:
                value.encode()
            except UnicodeEncodeError:
                # the error's own text would show a part of what may be a secret
                raise ValueError("not in UTF-8") from None
        case SecretStr():
            require_text(value.get_secret_value())
        case Mapping():
            require_text([*value.keys(), *value.values()])
        case BaseModel():
            require_text(vars(value))
        case list() | tuple() | frozenset():
            for each in value:
                require_text(each)


def _without_login(url: str) -> str:
    if "@" in split(url).netloc:
        raise ValueError("a user or a password in this URL would be shown: leave it out")
    return url


#: A setting that is a URL of HTTP; it is no secret, and holds none.
WebAddress = Annotated[str, AfterValidator(_without_login)]
