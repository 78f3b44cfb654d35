"""A shop asks what to show by the ids that it knows."""

from __future__ import annotations

import json
from typing import Any

from fastapi.testclient import TestClient
from sqlalchemy import Engine, select

from schemas.examples.outputs import OUTPUTS
from schemas.values.instants import to_ms
from streams.ingest.hashing import KeyedHash
from streams.web.context import Context
from streams.web.store.intake.record import Taken
from streams.web.store.intake.take import take
from streams.web.store.tables.shop import offers
from tests.streams.web.conftest import SKU

PATH = "/api/v1/recommendations"


def tell(store: Engine, offset: int, **fields: Any) -> None:
    value = OUTPUTS["recommendations"] | {"session": None} | fields
    raw = json.dumps({k: v for k, v in value.items() if v is not None}).encode()
    take(store, [Taken("recommendations", 0, offset, b"k", raw, offset)], {}, {})


def hashed(context: Context, kind: str, identifier: str) -> str:
    key = context.settings.customer_key.get_secret_value().encode()
    return KeyedHash(key, kind).text(identifier)


def test_the_last_recommendation_of_a_person_is_served_without_its_margin(
    client: TestClient, context: Context, store: Engine
) -> None:
    until = "2099-01-01T00:00:00Z"
    tell(store, 1, customer=hashed(context, "customer", "ann"), valid_until=until)
    tell(store, 2, customer=None, session=hashed(context, "session", "ann"), valid_until=until,
         recommendation_id="of the session")  # fmt: skip
    found = client.get(PATH, params={"customer_id": "ann"}).json()
    assert [item["sku"] for item in found["items"]] == ["filter-100"]
    assert "margin" not in found["items"][0]
    of_session = client.get(PATH, params={"session_id": "ann"}).json()
    assert of_session["recommendation_id"] == "of the session"
    tell(store, 3, customer=hashed(context, "customer", "ann"), items=[], arm="withdrawn",
         valid_until=until)  # fmt: skip
    assert client.get(PATH, params={"customer_id": "ann"}).json()["items"] == []


def test_what_is_served_costs_what_it_costs_now_and_can_be_bought(
    client: TestClient, context: Context, store: Engine
) -> None:
    (item,) = OUTPUTS["recommendations"]["items"]
    tell(store, 1, customer=hashed(context, "customer", "ann"), valid_until="2099-01-01T00:00:00Z",
         items=[item | {"sku": SKU}, item])  # fmt: skip

    def served() -> list[tuple[str, str]]:
        found = client.get(PATH, params={"customer_id": "ann"}).json()["items"]
        return [(each["sku"], each["price"]) for each in found]

    def update(**values: Any) -> None:
        with store.begin() as connection:
            connection.execute(offers.update().where(offers.c.sku == SKU).values(values))

    with store.connect() as connection:
        price = connection.execute(select(offers.c.price).where(offers.c.sku == SKU)).scalar()
    other = ("filter-100", item["price"])
    assert served() == [(SKU, f"{price / 100:.2f}"), other]
    said = to_ms(OUTPUTS["recommendations"]["time"])
    update(on_hand=0, observed_at=said - 1)
    assert len(served()) == 2
    update(on_hand=0, observed_at=said)
    assert served() == [other]
    update(on_hand=5)
    assert len(served()) == 2
    update(listed=False)
    assert served() == [other]


def test_nobody_else_and_nothing_that_is_over_is_served(
    client: TestClient, context: Context, store: Engine
) -> None:
    tell(store, 1, customer=hashed(context, "customer", "ann"), valid_until="2001-01-01T00:00:00Z")
    assert client.get(PATH, params={"customer_id": "ann"}).status_code == 404
    assert client.get(PATH, params={"customer_id": "bob"}).status_code == 404
    assert client.get(PATH).status_code == 422
    assert client.get(PATH, params={"customer_id": "a", "session_id": "b"}).status_code == 422
