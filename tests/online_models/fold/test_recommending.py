"""Baskets that belong to several partitions are learnt whole, and answered to who agreed."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from random import Random
from typing import Any

import pytest
from pydantic import TypeAdapter

from online_models.journal.batch import Batch
from schemas.records.baskets.recommendations import Recommendation
from schemas.values.instants import to_text
from streams.configuration.settings import Settings
from streams.ingest.border import Border
from streams.ingest.decoder import Decoder
from streams.ingest.order import as_given
from streams.ingest.routing import Router
from streams.journal import codec
from streams.kafka.kafka_record import Record

HOUR = 3_600_000
DAY = 24 * HOUR
START = 1_700_006_400_000 // DAY * DAY
RECORD = TypeAdapter(Recommendation)
#: Product 0…7 goes with 8…15; the best seller is `top`.
PAIRS = 8


class Shop:
    """The folds of a journal of several partitions, and ingest between them."""

    def __init__(self, new_fold: Callable[[Any], Any], partitions: int, cut: int = 10**9) -> None:
        settings = Settings(partitions=partitions).fold
        self.settings = [settings.of_partition(p) for p in range(partitions)]
        self.folds = [new_fold(each) for each in self.settings]
        self._new, self._cut = new_fold, cut
        self._decoder, self._router = Decoder(Border(b"key")), Router(partitions)
        self._offsets: dict[str, int] = {}
        self.said: list[dict[str, Any]] = []
        self.told = 0

    def send(self, *records: tuple[str, Any, int]) -> None:
        """Fold records, and whatever the partitions tell each other, until nobody says more."""
        waiting = [self._record(t, json.dumps(v).encode(), at) for t, v, at in records]
        while waiting:
            batch = self._decoder.decode(as_given(waiting)).batch
            waiting = []
            for partition, part in self._router.split(batch):
                whole = codec.decode(codec.encode(part))
                for piece in pieces(whole, self._cut):
                    for output in self.folds[partition].step(piece):
                        if output.topic == "basket-lines":
                            self.told += 1
                            waiting.append(self._record(output.topic, output.value, output.time))
                        elif output.topic == "recommendations":
                            assert partition == 0
                            self.said.append(json.loads(output.value))
                    if self._cut < 10**9:
                        saved = self.folds[partition].snapshot()
                        self.folds[partition] = type(self.folds[partition]).restore(
                            saved, self.settings[partition]
                        )

    def tick(self, at: int) -> None:
        self.send(("pricing-control", {"kind": "tick", "time": at}, at))

    def _record(self, topic: str, value: bytes, at: int) -> Record:
        offset = self._offsets.get(topic, 0)
        self._offsets[topic] = offset + 1
        return Record(topic, 0, offset, None, value, at)


def pieces(batch: Batch, size: int) -> Iterator[Batch]:
    """The batch in pieces of so many events, a source record whole."""
    start = 0
    while start < len(batch):
        end = min(start + size, len(batch))
        while end < len(batch) and _same_record(batch, end):
            end += 1
        yield batch.take(slice(start, end))
        start = end


def _same_record(batch: Batch, place: int) -> bool:
    before, source = batch.source[place - 1 : place + 1].tolist()
    return before == source >= 0 and batch.offset[place - 1] == batch.offset[place]


def policy(**terms: Any) -> dict[str, Any]:
    recommend = {"number": 2, "holdout": "0%", "explore": "0%"} | terms
    return {"policy_id": "p", "strategy": [{"kind": "keep"}], "recommend": recommend}


def opened(
    new_fold: Any, partitions: int, orders: int = 120, cut: int = 10**9, **terms: Any
) -> tuple[Shop, int]:
    """A shop whose products go together two by two; returns it, and the time then."""
    shop = Shop(new_fold, partitions, cut)
    names = [*(f"s{i}" for i in range(2 * PAIRS)), "top", "dear"]
    products = [
        ("products", {"sku": sku, "name": sku, "currency": "USD", "price": "10.00",
                      "cost": "15.00" if sku == "dear" else "5.00", "category": "c"}, START)
        for sku in names
    ]  # fmt: skip
    shop.send(("pricing-policies", policy(**terms), START), *products)
    shop.tick(START)
    random, at = Random(3), START
    records: list[tuple[str, Any, int]] = []
    for number in range(orders):
        at = START + number * 60_000
        first = random.randrange(PAIRS)
        skus = [f"s{first}", f"s{first + PAIRS}"] if random.random() < 0.8 else [f"s{first}"]
        skus += [sku for sku, share in (("top", 0.3), ("dear", 0.5)) if random.random() < share]
        records.append(("orders", order(f"o{number}", at, skus), at))
    for start in range(0, orders, 40):
        shop.send(*records[start : start + 40])
        shop.tick(records[min(start + 39, orders - 1)][2])
    at += HOUR
    shop.tick(at)
    return shop, at


def order(name: str, at: int, skus: list[str], who: str | None = None) -> dict[str, Any]:
    lines = [{"sku": sku, "quantity": 1, "unit_price": "10.00"} for sku in skus]
    value = {"order_id": name, "time": at, "currency": "USD", "lines": lines}
    return value | ({"customer_id": who, "personal_prices": True} if who else {})


def put_in(sku: str, at: int, **fields: Any) -> tuple[str, Any, int]:
    return "clickstream", {"sku": sku, "action": "cart", "time": at} | fields, at


@pytest.mark.parametrize("partitions", [1, 5])
def test_who_agreed_is_shown_what_goes_with_the_basket(new_fold: Any, partitions: int) -> None:
    shop, at = opened(new_fold, partitions)
    assert not shop.said
    shop.send(
        put_in("s3", at, session_id="x"),
        put_in("s2", at, session_id="y", personal_prices=True),
        put_in("s1", at, customer_id="z", session_id="y", personal_prices=True),
    )
    shop.tick(at + 1)
    customer, session = sorted(shop.said, key=lambda found: found["basket"])
    for found in shop.said:
        RECORD.validate_python(found)
        for item in found["items"]:
            gain = float(item["margin"]) * (item["probability"] - item["without"])
            assert float(item["expected"]) == pytest.approx(gain, abs=0.0051)
            assert item["margin"] == "5.00"
    assert ("session" in session, "customer" in customer) == (True, True)
    assert [customer["basket"], session["basket"]] == [["s1"], ["s2"]]
    first = [found["items"][0] for found in (customer, session)]
    assert [item["sku"] for item in first] == [f"s{1 + PAIRS}", f"s{2 + PAIRS}"]
    assert first[1]["reason"] == "bought together with s2"
    # what leaves nothing is not recommended, though it goes with everything
    assert "dear" not in str([found["items"] for found in shop.said])
    assert not any(name in str(shop.said) for name in ("'y'", "'z'"))


@pytest.mark.parametrize("partitions", [1, 5])
def test_an_order_is_answered_once_it_is_together(new_fold: Any, partitions: int) -> None:
    shop, at = opened(new_fold, partitions)
    shop.send(("orders", order("new", at, ["s4", "top"], "ann"), at))
    shop.tick(at)
    assert not shop.said
    shop.tick(at + 2 * 60_000)
    (found,) = shop.said
    assert sorted(found["basket"]) == ["s4", "top"]
    assert found["items"][0]["sku"] == f"s{4 + PAIRS}"
    assert found["valid_until"] == to_text(at + 2 * 60_000 + 7 * DAY)


def test_several_partitions_say_what_one_says(new_fold: Any) -> None:
    answers = []
    for partitions in (1, 5):
        shop, at = opened(new_fold, partitions)
        shop.send(put_in("s5", at, session_id="y", personal_prices=True))
        shop.tick(at + 1)
        answers.append({item["sku"] for found in shop.said for item in found["items"]})
    assert answers[0] == answers[1] != set()


def test_any_cut_and_restart_gives_the_same(new_fold: Any) -> None:
    answers = []
    for cut in (10**9, 1):
        shop, at = opened(new_fold, 3, orders=25, cut=cut, holdout="30%", explore="20%")
        for who in range(12):
            shop.send(
                put_in(f"s{who % 3}", at + who, session_id=f"{who}", personal_prices=True),
                ("orders", order(f"n{who}", at + who, ["s6", f"s{who}"], f"c{who % 4}"), at + who),
            )
            shop.tick(at + who * HOUR)
        answers.append(shop.said)
    assert answers[0] == answers[1]
    assert {found["arm"] for found in answers[0]} == {"recommended", "held_out"}


def test_withdrawal_holds_from_the_next_event_on(new_fold: Any) -> None:
    shop, at = opened(new_fold, 5)
    shop.send(put_in("s1", at, customer_id="ann", personal_prices=True))
    shop.tick(at + 1)
    (before,) = shop.said
    # an order is on its way between the partitions when she withdraws
    forget = {"kind": "forget_customer", "customer_id": "ann", "actor": "me", "time": at + 2}
    shop.send(
        ("orders", order("new", at + 2, ["s2", "s3"], "ann"), at + 2),
        ("pricing-control", {"kind": "tick", "time": at + 2}, at + 2),
        ("pricing-control", forget, at + 2),
    )
    shop.tick(at + DAY)
    assert [found["arm"] for found in shop.said] == ["recommended", "withdrawn"]
    assert shop.said[1]["customer"] == before["customer"]
    assert shop.said[1]["items"] == []
    hashed = before["customer"]
    state = shop.folds[0].state.recommendations
    assert not any(hashed in str(part) for part in (state._watched, state.baskets._bought))
    shop.tick(at + 3 * DAY)
    for fold in shop.folds:
        assert hashed not in str(fold.snapshot())
    # she may agree again
    shop.send(put_in("s1", at + 4 * DAY, customer_id="ann", personal_prices=True))
    shop.tick(at + 4 * DAY + 1)
    assert shop.said[-1]["customer"] == hashed
    assert shop.said[-1]["items"]


def test_who_is_held_out_is_shown_nothing_and_is_watched(new_fold: Any) -> None:
    shop, at = opened(new_fold, 1, holdout="100%")
    shop.send(put_in("s1", at, session_id="y", personal_prices=True))
    shop.tick(at + 1)
    (found,) = shop.said
    assert (found["arm"], found["items"]) == ("held_out", [])
    assert len(found["withheld"]) == 4
    shop.send(put_in(f"s{1 + PAIRS}", at + 2, session_id="y", personal_prices=True))
    shop.tick(at + 3)
    response = shop.folds[0].state.recommendations.response
    assert response.number[1, 0].sum() == pytest.approx(4.0)
    assert response.taken[1, 0].sum() == pytest.approx(1.0)
    assert response.number[:, 1].sum() == 0.0


def test_what_is_sold_out_or_off_sale_is_no_longer_recommended(new_fold: Any) -> None:
    shop, at = opened(new_fold, 5)
    gone = {"sku": f"s{1 + PAIRS}", "on_hand": 0, "time": at}
    shop.send(("inventory", gone, at))
    shop.tick(at + HOUR)
    shop.send(put_in("s1", at + HOUR, session_id="y", personal_prices=True))
    shop.tick(at + HOUR + 1)
    assert f"s{1 + PAIRS}" not in [item["sku"] for item in shop.said[-1]["items"]]


def test_nothing_is_told_where_nothing_is_recommended(new_fold: Any) -> None:
    shop = Shop(new_fold, 3)
    quiet = {"policy_id": "p", "strategy": [{"kind": "keep"}]}
    product = {"sku": "a", "name": "a", "currency": "USD", "price": "10.00", "cost": "1"}
    shop.send(("pricing-policies", quiet, START), ("products", product | {"category": "c"}, START))
    shop.tick(START)
    shop.send(("orders", order("o", START + 1, ["a"], "ann"), START + 1))
    shop.tick(START + HOUR)
    assert (shop.told, shop.said) == (0, [])
