"""An address that names no store is refused in a line without its password."""

from __future__ import annotations

import pytest

from streams.errors import InputError
from streams.web.store.database import open_store


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("postgresql+pg8000://console:carp@db/console", "package pg8000"),
        ("postgresql+nothing://console:carp@db/console", "no such driver"),
        ("mysql://db/console?user=console&password=carp", "neither SQLite nor PostgreSQL"),
        ("postgresql+psycopg://console:carp@db:port/console", "no address"),
        ("postgresql+psycopg://console:carp", "no address"),
        ("console:carp@db", "no address"),
    ],
)
def test_an_address_that_cannot_be_used_is_refused_without_its_password(
    url: str, said: str
) -> None:
    with pytest.raises(InputError, match=said) as error:
        open_store(url)
    assert "carp" not in str(error.value)
