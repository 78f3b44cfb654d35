"""A small shop in a store: two changes, a proposal, an alert and a dead letter, as a pricer tells
them.
"""

from __future__ import annotations

import dataclasses
import json
import sqlite3
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine

from streams.configuration.settings import Settings
from streams.pipe.pipe import Pipe
from streams.web.application import application
from streams.web.context import Context
from streams.web.outbox import KafkaAwayError, OutboxRecord
from streams.web.preview.jobs import Previews
from streams.web.server import context_of
from streams.web.store.intake.record import Taken
from streams.web.store.intake.take import take
from streams.web.store.progress import Progress
from streams.web.store.summary import StoreSummary
from streams.web.store.tables.shop import facts, metadata
from tests.streams.web.postgres_server import installed, postgres

START = 1_700_006_400_000
HOUR = 3_600_000
SKU = 'tea "<script>alert(1)</script>/ü'
POLICY = {
    "policy_id": "p",
    "strategy": [{"kind": "match_competitor"}, {"kind": "keep"}],
    "approval": {"required_above_step": "15%"},
}
PRODUCT = {
    "sku": SKU,
    "name": "Earl Grey <b>",
    "currency": "USD",
    "price": "10.00",
    "cost": "4.00",
    "category": "food/tea",
}
ORIGIN = "http://localhost"


def competitor_price(price: str, hours: int) -> dict[str, Any]:
    time = START + hours * HOUR
    return {"sku": SKU, "competitor": "r", "price": price, "currency": "USD", "time": time}


def told() -> list[Taken]:
    """The input that the console follows, too, and what the pricer said to it."""
    inputs = [
        ("pricing-policies", POLICY),
        ("products", PRODUCT),
        *(
            ("competitor-prices", competitor_price(price, at))
            for at, price in enumerate(["9.50", "9.00"])
        ),
        ("competitor-prices", competitor_price("5.00", 2)),
        ("orders", {"order_id": "<b>secret</b>"}),
        ("pricing-control", {"kind": "tick", "time": START + 10 * HOUR}),
    ]
    lines = [json.dumps({"topic": topic, "value": value}).encode() for topic, value in inputs]
    found = [
        Taken(topic, 0, place, b"p", json.dumps(value).encode(), START)
        for place, (topic, value) in enumerate(inputs)
        if topic in ("pricing-policies", "products", "competitor-prices")
    ]
    for place, line in enumerate(Pipe(Settings()).feed(lines)):
        said = json.loads(line)
        headers = [(name, text.encode()) for name, text in said.get("headers", {}).items()]
        whole = said["topic"] == "dead-letters"
        value = said["value"] if whole else json.dumps(said["value"])
        found.append(Taken(said["topic"], 1, place, None, value.encode(), START, headers))
    return found


@pytest.fixture(scope="session")
def records() -> list[Taken]:
    return told()


class Stores:
    """One database, emptied or filled anew for each test: a store of its own would plan every
    statement again.
    """

    def __init__(self, url: str, records: Sequence[Taken]) -> None:
        self.settings = Settings(store=url, bootstrap="nowhere:1")
        self.context = context_of(self.settings, "127.0.0.1")
        self.engine = self.context.store
        self._clear()
        self._keep("empty")
        take(self.engine, records, {("price-changes", 0): 7}, {})
        self._keep("filled")

    def _clear(self) -> None:
        """Take out what others have left in the database."""

    def _keep(self, name: str) -> None:
        raise NotImplementedError

    def restore(self, *, empty: bool) -> Engine:
        raise NotImplementedError


class SqliteStores(Stores):
    def _keep(self, name: str) -> None:
        held = sqlite3.connect(":memory:")
        with self.engine.connect() as connection:
            connection.connection.driver_connection.backup(held)
        setattr(self, name, held)

    def restore(self, *, empty: bool) -> Engine:
        self.engine.dispose()
        with self.engine.connect() as connection:
            held = getattr(self, "empty" if empty else "filled")
            connection.rollback()
            held.backup(connection.connection.driver_connection)
        return self.engine


class PostgresStores(Stores):
    def _clear(self) -> None:
        names = ", ".join(table.name for table in metadata.sorted_tables)
        with self.engine.begin() as connection:
            kept = connection.execute(facts.select()).mappings().all()
            connection.exec_driver_sql(f"TRUNCATE {names} RESTART IDENTITY")
            connection.execute(facts.insert(), [dict(row) for row in kept])

    def _keep(self, name: str) -> None:
        with self.engine.connect() as connection:
            held = [
                (table, [dict(row) for row in connection.execute(table.select()).mappings()])
                for table in metadata.sorted_tables
            ]
        setattr(self, name, held)

    def restore(self, *, empty: bool) -> Engine:
        held = getattr(self, "empty" if empty else "filled")
        names = ", ".join(table.name for table, _ in held)
        with self.engine.begin() as connection:
            connection.exec_driver_sql(f"TRUNCATE {names} RESTART IDENTITY")
            for table, rows in held:
                if not rows:
                    continue
                connection.execute(table.insert(), rows)
                if "id" in table.c:
                    last = max(row["id"] for row in rows)
                    sequence = f"pg_get_serial_sequence('{table.name}', 'id')"
                    connection.exec_driver_sql(f"SELECT setval({sequence}, {last})")
        return self.engine


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    programs = installed()
    if programs is None:
        pytest.skip("no PostgreSQL is installed: Debian has it as the package postgresql")
    pytest.importorskip("psycopg")
    with postgres(programs) as url:
        yield url


def stores_of(request: pytest.FixtureRequest, folder: Path, records: Sequence[Taken]) -> Stores:
    if request.param == "postgresql":
        return PostgresStores(request.getfixturevalue("postgres_url"), records)
    return SqliteStores(f"sqlite:///{folder}/console.sqlite", records)


@pytest.fixture(scope="session", params=["sqlite", "postgresql"])
def stores(
    request: pytest.FixtureRequest,
    tmp_path_factory: pytest.TempPathFactory,
    records: Sequence[Taken],
) -> Stores:
    return stores_of(request, tmp_path_factory.mktemp("stores"), records)


@pytest.fixture
def store(stores: Stores) -> Engine:
    return stores.restore(empty=False)


@pytest.fixture
def empty(stores: Stores) -> Engine:
    return stores.restore(empty=True)


class Outbox:
    """Takes what would go to Kafka."""

    def __init__(self) -> None:
        self.sent: list[OutboxRecord] = []
        self.away = False

    async def send(self, letters: Sequence[OutboxRecord]) -> None:
        if self.away:
            raise KafkaAwayError("nobody answers")
        self.sent += letters

    async def close(self) -> None:
        pass


@pytest.fixture
def context(store: Engine, stores: Stores) -> Context:
    made = dataclasses.replace(
        stores.context,
        outbox=Outbox(),  # type: ignore[arg-type]
        progress=Progress(),
        previews=Previews(stores.settings),
        summary=StoreSummary(store, stores.context.figures),
    )
    made.progress.measured({"price-changes": 0})
    made.summary.renew()
    return made


@pytest.fixture
def client(context: Context) -> TestClient:
    return TestClient(application(context), base_url=ORIGIN, follow_redirects=False)


@pytest.fixture
def proposal(client: TestClient) -> dict[str, Any]:
    (found,) = client.get("/api/v1/proposals").json()["items"]
    return found
