from __future__ import annotations

import msgspec
import pytest

from schemas.examples import EXAMPLES
from schemas.topics import decode
from streams.demo.shop import Shelf, ShopChange, acknowledgement


def change(revision: int, price: str = "12.50", sku: str = "a", channel: str = "web") -> ShopChange:
    return ShopChange(
        decision_id=f"{sku}-{revision}",
        revision=revision,
        sku=sku,
        channel=channel,
        price=price,
        effective_at="2001-02-03T04:05:06.789Z",
    )


def test_a_newer_revision_goes_on_the_shelf() -> None:
    shelf = Shelf()
    assert shelf.apply(change(1, "12.50"))
    assert shelf.apply(change(4, "13.00"))
    assert shelf.shown["a", "web"].price == "13.00"


@pytest.mark.parametrize("revision", [1, 2, 3])
def test_a_revision_that_is_not_above_the_last_is_dropped(revision: int) -> None:
    shelf = Shelf()
    shelf.apply(change(3, "12.50"))
    assert not shelf.apply(change(revision, "99.00"))
    assert shelf.shown["a", "web"].price == "12.50"


def test_every_offer_has_revisions_of_its_own() -> None:
    shelf = Shelf()
    assert shelf.apply(change(5, sku="a", channel="web"))
    assert shelf.apply(change(1, sku="a", channel="store:112"))
    assert shelf.apply(change(1, sku="b", channel="web"))
    assert len(shelf.shown) == 3


def test_an_acknowledgement_says_what_is_shown_and_since_when() -> None:
    ack = decode("price-acks", acknowledgement(change(7, "13.00")))
    assert (ack.decision_id, ack.sku, ack.channel, ack.status) == ("a-7", "a", "web", "applied")
    assert str(ack.price) == "13.00"
    assert ack.time == 981_173_106_789


def test_a_change_is_read_from_a_record_of_the_topic() -> None:
    record = EXAMPLES["price-changes"]
    read = msgspec.json.decode(msgspec.json.encode(record), type=ShopChange)
    assert read.revision == record["revision"]
    assert read.price == record["price"]
