"""What each role may do, and which secrets it needs before it does anything."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import ValidationError

from streams.configuration.settings import PUBLIC_KEY, Settings
from streams.errors import InputError
from streams.worker.roles import ROLES, require_secret

HERE = [
    "localhost:9092",
    "127.0.0.1:9092",
    "127.8.8.8:9092",
    "[::1]:9092",
    "localhost:1, 127.0.0.1:2",
]
ELSEWHERE = [
    "kafka:9092",
    "10.0.0.1:9092",
    "[2001:db8::1]:9092",
    "localhost.evil.example:9092",
    "127.0.0.1.example:9092",
    "localhost:1,kafka:2",
]


@pytest.mark.parametrize("servers", ELSEWHERE)
@pytest.mark.parametrize("role", ["all", "ingest"])
@pytest.mark.parametrize("given", [{}, {"customer_key": PUBLIC_KEY}])
def test_customers_are_hashed_under_no_key_that_everybody_knows(
    servers: str, role: str, given: dict[str, str]
) -> None:
    with pytest.raises(InputError, match="PRICETIDE_CUSTOMER_KEY is not set"):
        require_secret(role, Settings(bootstrap=servers, **given))  # type: ignore[arg-type]
    require_secret(role, Settings(bootstrap=servers, customer_key="ours"))  # type: ignore[arg-type]


@pytest.mark.parametrize("servers", HERE)
def test_a_kafka_on_this_machine_may_do_with_it(servers: str) -> None:
    for role in ROLES:
        require_secret(role, Settings(bootstrap=servers))


@pytest.mark.parametrize("role", sorted(set(ROLES) - {"all", "ingest"}))
def test_a_role_that_reads_no_customer_needs_no_key(role: str) -> None:
    require_secret(role, Settings(bootstrap="kafka:9092"))


def test_an_empty_key_is_refused_wherever_it_comes_from(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "key").write_text("\n")
    for given in ({"customer_key": ""}, {"customer_key_file": tmp_path / "key"}):
        with pytest.raises(ValidationError, match="customer_key"):
            Settings(bootstrap="localhost:9092", **given)  # type: ignore[arg-type]
    monkeypatch.setenv("PRICETIDE_CUSTOMER_KEY", "")
    with pytest.raises(ValidationError, match="customer_key"):
        Settings()
