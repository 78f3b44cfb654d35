"""A journal written by hand, folds over it, and random journals for properties."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from hashlib import blake2b
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np
import pytest
from hypothesis import strategies as st

from online_models.fold.fold import Fold
from online_models.fold.state import FoldSettings
from online_models.journal import joining
from online_models.journal.batch import (
    COLUMNS,
    FORCED,
    Action,
    Batch,
    BatchBuilder,
    Fact,
    Kind,
    SourcePartition,
    Status,
    Watermark,
)
from online_models.journal.outputs import Output
from online_models.journal.partitioning import address
from streams.pricer.snapshots import codec as snapshots

MINUTE = 60_000
HOUR = 60 * MINUTE
DAY = 24 * HOUR
START = 1_700_006_400_000 // DAY * DAY


def hashed(text: str) -> int:
    return int.from_bytes(blake2b(text.encode(), digest_size=8).digest(), "little", signed=True)


class Journal:
    """Collects events with the offsets that their topics would give them."""

    def __init__(self) -> None:
        self.rows = BatchBuilder()
        self.offsets: dict[str, int] = {}
        self.length = 0

    def _add(self, kind: Kind, time: int, topic: str | None, **values: int) -> None:
        source = None
        if topic is not None:
            source = SourcePartition(topic, 0)
            if "offset" not in values:
                values["offset"] = self.offsets.get(topic, -1) + 1
                self.offsets[topic] = values["offset"]
        self.rows.add(kind, time, source, **values)
        self.length += 1

    def _fact(
        self, topic: str, time: int, value: Any, key: str | None, sku: str | None, **values: int
    ) -> None:
        raw = None if value is None else json.dumps(value).encode()
        detail = self.rows.fact(Fact(topic, key, raw))
        self._add(Kind.FACT, time, topic, sku=self.rows.text(sku), detail=detail, **values)

    def product(
        self,
        sku: str = "a",
        time: int = START,
        price: Any = "10.00",
        cost: Any = "5.00",
        currency: str = "USD",
        category: str = "food/coffee",
        **fields: Any,
    ) -> None:
        value = {"sku": sku, "name": sku, "currency": currency, "price": price, "cost": cost}
        self._fact("products", time, value | {"category": category} | fields, sku, sku)

    def retire(self, sku: str = "a", time: int = START) -> None:
        self._fact("products", time, None, sku, sku)

    def order(
        self,
        time: int,
        sku: str = "a",
        quantity: int = 1,
        price: int = 1000,
        channel: str = "web",
        order: str = "o",
        status: Status = Status.PLACED,
        currency: str = "USD",
        event_id: str | None = None,
        **values: int,
    ) -> None:
        self.lines(
            time, [(sku, quantity, price)], channel, order, status, currency, event_id, **values
        )

    def lines(
        self,
        time: int,
        lines: list[tuple[str, int, int]],
        channel: str = "web",
        order: str = "o",
        status: Status = Status.PLACED,
        currency: str = "USD",
        event_id: str | None = None,
        **values: int,
    ) -> None:
        offset = values.get("offset", self.offsets.get("orders", -1) + 1)
        self.offsets["orders"] = max(offset, self.offsets.get("orders", -1))
        text = self.rows.text
        for sku, quantity, price in lines:
            self._add(
                Kind.ORDER,
                time,
                "orders",
                offset=offset,
                identity=0 if event_id is None else hashed(event_id),
                sku=text(sku),
                channel=text(channel),
                currency=text(currency),
                amount=price,
                count=quantity,
                extra=hashed(order),
                flag=status,
                segment=values.get("segment", -1),
            )

    def click(
        self,
        time: int,
        sku: str = "a",
        count: int = 1,
        action: Action = Action.VIEW,
        channel: str = "web",
        price: int = -1,
    ) -> None:
        text = self.rows.text
        self._add(
            Kind.CLICK,
            time,
            "clickstream",
            sku=text(sku),
            channel=text(channel),
            count=count,
            flag=action,
            amount=price,
        )

    def competitor(
        self,
        time: int,
        sku: str = "a",
        price: int = 900,
        competitor: str = "x",
        shipping: int = 0,
        in_stock: bool = True,
        channel: str | None = None,
        currency: str = "USD",
    ) -> None:
        text = self.rows.text
        self._add(
            Kind.COMPETITOR_PRICE,
            time,
            "competitor-prices",
            sku=text(sku),
            channel=text(channel),
            currency=text(currency),
            amount=price,
            detail=text(competitor),
            extra=shipping,
            flag=int(in_stock),
        )

    def stock(self, time: int, sku: str = "a", on_hand: int = 10, **fields: Any) -> None:
        value = {"sku": sku, "time": time, "on_hand": on_hand} | fields
        self._fact("inventory", time, value, sku, sku)

    def promotion(self, promotion_id: str, time: int, **fields: Any) -> None:
        value = {"promotion_id": promotion_id} | fields if fields else None
        self._fact("promotions", time, value, promotion_id, None)

    def policy(self, policy_id: str, time: int, **fields: Any) -> None:
        value = {"policy_id": policy_id} | fields if fields else None
        self._fact("pricing-policies", time, value, policy_id, None)

    def model(self, time: int, value: Mapping[str, Any]) -> None:
        """One `model-updates` record."""
        self._fact("model-updates", time, value, None, None)

    def forecast(
        self,
        time: int,
        sku: str = "a",
        model: str = "m",
        units: Iterable[float] = (12.0, 10.0, 8.0),
        channel: str = "web",
        start: int | None = None,
        length: int = DAY,
        **fields: Any,
    ) -> None:
        """Units at 9.00, 10.00, 11.00 …, of the window that begins at `start`, else at `time`."""
        begins = time if start is None else start
        points = [{"price": f"{9 + k}.00", "units": each} for k, each in enumerate(units)]
        value = {"model": model, "version": "1", "sku": sku, "channel": channel, "points": points}
        value |= {"bucket_start": begins, "bucket_end": begins + length, "time": time}
        self._fact("demand-forecasts", time, value | fields, sku, sku)

    def listing(self, time: int, listing_id: str = "l", **fields: Any) -> None:
        """A used thing on the market."""
        value = {
            "listing_id": listing_id,
            "category": "toys",
            "condition": "good",
            "currency": "USD",
        }
        value |= {"listed_at": time} | fields
        self._fact("market-listings", fields.get("time", time), value, None, None)

    def ack(
        self,
        time: int,
        sku: str = "a",
        sequence: int = 1,
        price: Any = "10.00",
        channel: str = "web",
        status: str = "applied",
    ) -> None:
        offer = blake2b(f"{sku}\0{channel}".encode(), digest_size=8).hexdigest()
        prefix = f"{address(sku):08x}{offer}"
        value = {"decision_id": f"{prefix}-{sequence}", "sku": sku, "channel": channel}
        value |= {"status": status, "price": price, "time": time}
        self._fact("price-acks", time, value, sku, sku)

    def control(self, time: int, **fields: Any) -> None:
        value = {"actor": "me", "reason": "because"} | fields
        if time >= 0:
            value["time"] = time
        self._fact("pricing-control", time, value, None, None)

    def tick(self, time: int, forced: bool = True) -> None:
        self._add(Kind.TICK, time, None, flag=FORCED if forced else 0)

    def batch(self, watermarks: list[Watermark] | None = None) -> Batch:
        return self.rows.batch(watermarks)


def cut(batch: Batch, places: Iterable[int]) -> list[Batch]:
    """The batch in pieces, as the journal might hold it: a record's lines stay together."""
    edges = sorted({0, len(batch), *(p for p in places if 0 < p < len(batch))})
    keep = [e for e in edges if e in (0, len(batch)) or not _inside_record(batch, e)]
    return [batch.take(slice(low, high)) for low, high in pairwise(keep)]


def _inside_record(batch: Batch, place: int) -> bool:
    same = batch.source[place - 1] == batch.source[place] >= 0
    return bool(same and batch.offset[place - 1] == batch.offset[place])


def joined(batches: list[Batch], most: int) -> Iterator[Batch]:
    """The batches as the pricer takes them where several wait, each with texts of its own."""
    batches = [_narrow(batch) for batch in batches]
    while batches:
        number = joining.run(batches, most)
        yield joining.join(batches[:number])
        batches = batches[number:]


def _narrow(batch: Batch) -> Batch:
    """The batch with only the texts and facts that it needs, in another order."""
    fact = batch.kind == Kind.FACT
    named = (batch.kind == Kind.ORDER) | (batch.kind == Kind.COMPETITOR_PRICE)
    columns = {name: getattr(batch, name).copy() for name in COLUMNS}
    used = [columns[name] for name in ("sku", "channel", "currency", "segment")]
    texts = np.unique(np.concatenate([*used, batch.detail[named], [-1]]))[1:][::-1]
    index = np.full(len(batch.texts) + 1, -1)
    index[texts] = np.arange(len(texts))
    for name in ("sku", "channel", "currency", "segment"):
        columns[name] = index[columns[name]]
    columns["detail"][named] = index[batch.detail[named]]
    columns["detail"][fact] = np.arange(fact.sum())
    return Batch(
        [batch.texts[i] for i in texts],
        batch.sources,
        [batch.facts[i] for i in batch.detail[fact]],
        batch.watermarks,
        **columns,
    )


def saved_and_restored(fold: Fold, settings: FoldSettings) -> Fold:
    """The fold after a restart from its snapshot, through the bytes on the wire."""
    parts = [snapshots.decode_part(p) for p in snapshots.encode(fold.snapshot(), 0)]
    return Fold.restore(snapshots.decode(parts), settings)


class Run:
    """A fold that is fed batches, and all that it said."""

    def __init__(self, settings: FoldSettings | None = None) -> None:
        self.settings = settings or FoldSettings()
        self.fold = Fold(self.settings)
        self.outputs: list[Output] = []

    def feed(self, *batches: Batch, restart: bool = False) -> Run:
        for batch in batches:
            self.outputs += self.fold.step(batch)
            if restart:
                self.fold = saved_and_restored(self.fold, self.settings)
        return self

    def values(self, topic: str, **fields: Any) -> list[dict[str, Any]]:
        """The values on a topic whose fields are these."""
        found = (json.loads(output.value) for output in self.outputs if output.topic == topic)
        return [v for v in found if all(v.get(k) == want for k, want in fields.items())]


@pytest.fixture
def journal() -> Journal:
    return Journal()


@pytest.fixture(scope="session")
def new_journal() -> type[Journal]:
    return Journal


@pytest.fixture
def run() -> Callable[..., Run]:
    """`run(journal or batch, window_ms=…, lateness_ms=…)`: a fold that has taken it whole."""

    def fold(source: Journal | Batch, **settings: Any) -> Run:
        batch = source.batch() if isinstance(source, Journal) else source
        return Run(FoldSettings(**settings)).feed(batch)

    return fold


SKUS = st.sampled_from("abc")
CHANNELS = st.sampled_from(["web", "web", "shop", "store"])
GAPS = st.sampled_from([0, 0, 1, MINUTE, 20 * MINUTE, HOUR, 5 * HOUR, DAY, 9 * DAY])
LAGS = st.sampled_from([0, 0, 0, MINUTE, 2 * HOUR, DAY, 3 * DAY])
MONEY = st.integers(1, 2000)
CURRENCIES = st.sampled_from(["USD", "USD", "USD", "EUR"])
SELECTS = st.sampled_from(
    [{}, {"skus": ["a"]}, {"channels": ["web"]}, {"channels": ["store"]}, {"categories": ["food"]}]
)
FEES = st.sampled_from([{}, {}, {"shop": {"rate": "10%", "fixed": "0.50"}}])
LISTINGS = st.sampled_from(
    [
        {},
        {},
        {"web": {}, "shop": {"price": "11.00"}},
        {"shop": {}},
        {"web": {"listed": False}, "store": {"cost": "4.00"}},
    ]
)
STRATEGIES = st.sampled_from(
    [
        [{"kind": "optimise"}],
        [{"kind": "match_competitor", "offset": "-0.01"}, {"kind": "keep"}],
        [{"kind": "cost_plus", "margin": "30%"}],
        [{"kind": "reinforcement"}, {"kind": "keep"}],
        [{"kind": "second_hand"}, {"kind": "keep"}],
    ]
)
GUARDRAILS = st.sampled_from(
    [
        {},
        {"max_step_up": "5%", "max_step_down": "5%", "cooldown": "PT1H"},
        {"minimum_price": "12.00", "maximum_price": "8.00"},
        {"max_changes_per_day": 1, "price_endings": [".99"], "protect_channels": ["web"]},
    ]
)


def _event(name: str, *args: Any, **kwargs: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.tuples(st.just(name), GAPS, LAGS, st.fixed_dictionaries(kwargs))


EVENTS = st.one_of(
    _event(
        "product",
        sku=SKUS,
        price=st.sampled_from(["10.00", "12.50"]),
        cost=st.sampled_from(["5.00", "11.00"]),
        currency=CURRENCIES,
        category=st.sampled_from(["food/coffee", "food/tea", "toys"]),
        channels=LISTINGS,
        fees=FEES,
        condition=st.sampled_from([None, "new", "good"]),
    ),
    _event(
        "listing",
        listing_id=st.sampled_from(["l1", "l2", "l3", "l4"]),
        category=st.sampled_from(["toys", "food/tea"]),
        condition=st.sampled_from(["good", "worn"]),
        attributes=st.sampled_from([{}, {"brand": "x", "size": 3}]),
        asked=st.sampled_from([None, "9.00", "12.00", "300"]),
        sold_at=st.sampled_from([None, None, START + 9 * DAY]),
        sold_for=st.sampled_from([None, "8.00"]),
        listed_at=st.sampled_from([START, START + DAY]),
    ),
    _event("retire", sku=SKUS),
    _event(
        "lines",
        lines=st.lists(st.tuples(SKUS, st.integers(1, 5), MONEY), min_size=1, max_size=3),
        order=st.sampled_from(["o1", "o2", "o3"]),
        channel=CHANNELS,
        currency=CURRENCIES,
        event_id=st.sampled_from([None, None, None, "e1", "e2"]),
        status=st.sampled_from([Status.PLACED, Status.PLACED, Status.CANCELLED, Status.RETURNED]),
    ),
    _event(
        "click",
        sku=SKUS,
        channel=CHANNELS,
        count=st.integers(1, 5),
        action=st.sampled_from([Action.VIEW, Action.CART]),
    ),
    _event(
        "competitor",
        sku=SKUS,
        price=MONEY,
        competitor=st.sampled_from(["x", "y", "Acme "]),
        shipping=st.sampled_from([0, 99]),
        in_stock=st.booleans(),
        channel=st.sampled_from([None, None, "web", "store"]),
        currency=CURRENCIES,
    ),
    _event(
        "stock",
        sku=SKUS,
        on_hand=st.integers(0, 9),
        location=st.sampled_from([None, "north", "south"]),
        channel=st.sampled_from([None, None, "web", "store", "kiosk"]),
    ),
    _event("promote", identity=st.sampled_from(["p1", "p2"]), length=GAPS, select=SELECTS),
    _event("promotion", promotion_id=st.sampled_from(["p1", "p2"])),
    _event(
        "policy",
        policy_id=st.sampled_from(["q1", "q2"]),
        version=st.integers(1, 3),
        select=SELECTS,
        strategy=STRATEGIES,
        guardrails=GUARDRAILS,
        breaker=st.sampled_from(
            [None, None, {"largest_share": "30%"}, {"largest_mean_move": "2%", "window": "P1D"}]
        ),
    ),
    _event("policy", policy_id=st.sampled_from(["q1", "q2"])),
    _event(
        "ack",
        sku=SKUS,
        channel=CHANNELS,
        sequence=st.integers(0, 3),
        status=st.sampled_from(["applied", "rejected"]),
        price=st.sampled_from(["10.00", "9.50"]),
    ),
    _event(
        "forecast",
        sku=st.sampled_from("abcz"),
        model=st.sampled_from("klm"),
        version=st.sampled_from(["1", "2"]),
        units=st.sampled_from([(9.0, 5.0, 3.0), (2.0,), (3.0, 5.0), (0.0, 0.0, 0.0)]),
        channel=CHANNELS,
        horizon=st.sampled_from([1, 3]),
        length=st.sampled_from([DAY, 6 * HOUR]),
    ),
    _event("control", kind=st.sampled_from(["pause", "resume"]), select=SELECTS),
    _event("control", kind=st.just("set_price"), sku=SKUS, price=st.sampled_from(["9.00", "30"])),
    _event("control", kind=st.just("rollback"), to=st.just(START), select=SELECTS),
    _event(
        "control", kind=st.just("forget_customer"), customer_id=st.sampled_from(["0" * 16, "1"])
    ),
    _event("tick", forced=st.booleans()),
    _event("tick", forced=st.just(True)),
    _event("again", back=st.integers(0, 5)),
)


class Written(NamedTuple):
    """A journal, and the places at which a batch must end: a record is in one batch only once."""

    batch: Batch
    ends: list[int]


def written(events: list[tuple[str, int, int, dict[str, Any]]]) -> Written:
    """The journal of such events, with ticks at its end that flush what is still open."""
    journal, now, ends = Journal(), START, []
    for name, gap, lag, values in events:
        now += gap
        values = {k: v for k, v in values.items() if v is not None}
        if name == "promote":
            end = now + values["length"] + HOUR
            journal.promotion(
                values["identity"],
                now,
                select=values["select"],
                starts_at=now,
                ends_at=end,
                discount={"percent": "20%"},
                attributes={"display": 0.3},
            )
        elif name == "again":
            ends += [journal.length]
            _again(journal, values["back"])
            ends += [journal.length]
        elif name in ("tick", "product", "retire", "control", "policy", "promotion", "ack"):
            getattr(journal, name)(time=now, **values)
        else:
            getattr(journal, name)(time=now - lag, **values)
    for days in (1, 3, 12):
        journal.tick(now + days * DAY)
    return Written(journal.batch(), ends)


def _again(journal: Journal, back: int) -> None:
    """An earlier event once more, as an ingest that restarted would write it."""
    place = journal.length - 1 - back
    columns = journal.rows.columns
    if place >= 0 and columns["source"][place] >= 0:
        for column in columns.values():
            column.append(column[place])
        journal.length += 1


@pytest.fixture(scope="session")
def journals() -> st.SearchStrategy[Written]:
    """Random journals of a small shop: whatever may come, in any order."""
    return st.lists(EVENTS, min_size=1, max_size=40).map(written)


@pytest.fixture(scope="session")
def busy_journals() -> st.SearchStrategy[Written]:
    """Random journals of a shop that has opened: every SKU is known, the clock runs."""
    opening = [
        ("product", 0, 0, {"sku": sku, "channels": {"web": {}, "shop": {}}}) for sku in "abc"
    ]
    events = st.lists(EVENTS, min_size=1, max_size=40)
    return events.map(lambda more: written([*opening, ("tick", 0, 0, {"forced": True}), *more]))


@pytest.fixture(scope="session")
def in_pieces() -> Callable[..., list[Output]]:
    """`in_pieces(journal, places, restart=…, most=…, settings…)`: outputs of it cut at `places`
    too; with `most`, pieces of that many events joined again.
    """

    def outputs(
        journal: Written,
        places: Iterable[int],
        restart: bool = False,
        most: int | None = None,
        **settings: Any,
    ) -> list[Output]:
        run = Run(FoldSettings(**settings))
        pieces = cut(journal.batch, [*journal.ends, *places])
        if most is not None:
            pieces = list(joined(pieces, most))
        return run.feed(*pieces, restart=restart).outputs

    return outputs


@pytest.fixture(scope="session")
def restarted() -> Callable[[Run], Run]:
    """The run, its fold restored from a snapshot."""

    def restart(run: Run) -> Run:
        run.fold = saved_and_restored(run.fold, run.settings)
        return run

    return restart


@pytest.fixture
def new_fold() -> type[Fold]:
    """What makes a fold of settings."""
    return Fold
