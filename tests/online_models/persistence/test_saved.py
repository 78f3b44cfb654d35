"""What is declared comes back under its name; what does not fit is refused, and the place named."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from pydantic import ValidationError

from online_models.numerics.columns import Columns, column
from online_models.persistence.kinds import (
    SAME,
    Array,
    Coded,
    Document,
    IntegerMap,
    Items,
    Members,
    Part,
    Parts,
    Together,
)
from online_models.persistence.plain import RestoreError, leaves, same
from online_models.persistence.saved import Saved, attribute, restore, save
from schemas.records.policy.pricing_policies import Policy
from schemas.records.shop.promotions import Promotion
from schemas.values.fields import ADMITTED
from streams.pricer.snapshots import codec


class Place(NamedTuple):
    row: int
    name: str


class Rows(Columns):
    price: NDArray[np.int64] = column(np.int64, -1)


class Inner:
    SAVED = Saved(total=float)
    DERIVED = ("twice",)

    def __init__(self) -> None:
        self.total = 0.0
        self.twice = 0.0

    def restored(self) -> None:
        self.twice = 2.0 * self.total


class Outer:
    SAVED = Saved(
        rows=Part(),
        inner=Part(),
        windows=Parts(Inner),
        members=Members(),
        scores=Array(np.float64, None, SAME),
        runs=Items(Together(Array(np.int64, None), Array(np.int64, None))),
        seen=IntegerMap(),
        places=attribute("_places", dict[Place, tuple[int, bool]]),
        names=set[str],
        promotion=Document(Promotion),
        root=Coded(lambda square: square**0.5, lambda root: root * root),
        added=attribute("added", int, optional=True),
    )

    def __init__(self, width: int = 2) -> None:
        self.rows = Rows()
        self.inner = Inner()
        self.windows: dict[int, Inner] = {}
        self.members = {"a": Inner(), "b": Inner()}
        self.scores = np.zeros((1, width))
        self.runs: list[tuple[NDArray[np.int64], NDArray[np.int64]]] = []
        self.seen: dict[int, int] = {}
        self._places: dict[Place, tuple[int, bool]] = {}
        self.names: set[str] = set()
        self.promotion: Promotion | None = None
        self.root = 4.0
        self.added = 7


PROMOTION = Promotion.model_validate(
    {
        "promotion_id": "p",
        "select": {"skus": ["a"]},
        "starts_at": "2024-01-01T00:00:00Z",
        "ends_at": "2024-02-01T00:00:00Z",
        "discount": {"percent": "10%"},
    }
)


def filled() -> Outer:
    outer = Outer()
    outer.rows.grow(3)
    outer.rows.price[:] = 5, 6, 7
    outer.inner.total, outer.inner.twice = 0.1, 0.2
    outer.windows = {3: Inner(), -1: Inner()}
    outer.windows[3].total, outer.windows[3].twice = 9.0, 18.0
    outer.members["b"].total, outer.members["b"].twice = np.inf, np.inf
    outer.scores = np.array([[np.nan, -0.0], [1.0, 2.0]])
    outer.runs = [(np.arange(3), np.arange(3)), (np.zeros(0, np.int64), np.zeros(0, np.int64))]
    outer.seen = {5: -(2**63), -7: 2**63 - 1}
    outer._places = {Place(2, "x"): (3, True), Place(1, "y"): (4, False)}
    outer.names = {"c", "a", "b"}
    outer.promotion = PROMOTION
    return outer


def wired(plain: dict[str, Any]) -> Any:
    """Plain data as they come back from the wire."""
    return codec.decode([codec.decode_part(part) for part in codec.encode(plain, 0)])


def test_all_that_is_declared_comes_back_through_the_wire() -> None:
    before = filled()
    after = restore(Outer(), wired(save(before)))
    assert same(save(after), save(before))
    assert after.rows.price.tolist() == [5, 6, 7]
    assert (after.inner.twice, after.windows[3].twice) == (0.2, 18.0)
    assert list(after.windows) == [3, -1]
    assert list(after.seen.items()) == list(before.seen.items())
    assert list(after._places.items()) == list(before._places.items())
    assert all(type(place) is Place for place in after._places)
    assert (after.names, after.promotion, after.root) == ({"a", "b", "c"}, PROMOTION, 4.0)


def test_a_snapshot_is_apart_from_the_object_on_both_sides() -> None:
    before = filled()
    plain = save(before)
    kept = wired(plain)
    after = restore(Outer(), plain)
    for outer in (before, after):
        outer.rows.price[0] = 1
        outer.scores[1] = 1.0
        outer.runs[0][0][:] = 1
        outer._places.clear()
        outer.windows[3].total = 1.0
    assert same(wired(plain), kept)


def test_parts_are_restored_in_place_for_whoever_holds_them() -> None:
    after = Outer()
    rows, inner, member = after.rows, after.inner, after.members["b"]
    restore(after, save(filled()))
    assert (rows.price.tolist(), inner.total, member.total) == ([5, 6, 7], 0.1, np.inf)


def test_an_attribute_may_be_renamed_and_snapshots_stay_as_they_are() -> None:
    class Renamed:
        SAVED = Saved(total=attribute("amount", float))

        def __init__(self) -> None:
            self.amount = 1.5

    assert save(Renamed()) == {"total": 1.5}
    assert restore(Renamed(), {"total": 2.5}).amount == 2.5


def changed(**new: Any) -> dict[str, Any]:
    return {name: v for name, v in {**save(filled()), **new}.items() if v is not None}


def test_what_is_optional_keeps_what_the_constructor_made() -> None:
    assert restore(Outer(), changed(added=None)).added == 7


def test_members_are_a_setting() -> None:
    after = restore(Outer(), changed(members={"b": {"total": 3.0}, "gone": {"total": 1.0}}))
    assert {name: part.total for name, part in after.members.items()} == {"a": 0.0, "b": 3.0}


@pytest.mark.parametrize(
    ("plain", "message"),
    [
        (changed(inner=None), "^inner: is missing$"),
        (changed(more=1), "^more: Outer has no such field$"),
        (changed(inner={"total": "x"}), "^inner.total: Expected `float`, got `str`$"),
        (changed(inner=[]), "^inner: expected fields by name, found list$"),
        (changed(windows={4: {}}), "^windows.4.total: is missing$"),
        (changed(members={"a": {"total": None}}), "^members.a.total: Expected `float`"),
        (changed(rows={"price": np.zeros(2)}), "^rows: price: expected int64 of shape"),
        (changed(scores=np.zeros((4, 3))), r"^scores: .* shape \(any, 2\), found .* \(4, 3\)$"),
        (changed(scores=np.zeros(2)), r"^scores: .* shape \(any, 2\), found .* \(2,\)$"),
        (changed(scores=np.zeros((1, 2), np.int64)), "^scores: expected float64 .* found int64"),
        (changed(scores=1.0), "^scores: expected an array, found float$"),
        (changed(runs=[[np.zeros(2, np.int64)]]), "^runs: expected 2 values, found 1$"),
        (changed(seen=np.zeros((3, 2), np.int64)), r"^seen: .* shape \(2, any\)"),
        (changed(names=[1]), r"^names: Expected `str`, got `int` - at `\$\[0\]`$"),
        (changed(promotion='{"promotion_id": "p"}'), "^promotion: not such a record: "),
        (changed(root="x"), "^root: "),
    ],
)
def test_what_does_not_fit_is_refused_and_the_place_named(
    plain: dict[str, Any], message: str
) -> None:
    with pytest.raises(RestoreError, match=message):
        restore(Outer(), plain)


def test_the_number_of_settings_tells_that_they_differ() -> None:
    with pytest.raises(RestoreError, match=r"scores: .* \(any, 3\), found .* \(2, 2\)"):
        restore(Outer(width=3), save(filled()))


@pytest.mark.parametrize("value", [np.float64(1.0), object(), {1: np.zeros(1)}])
def test_what_is_no_plain_data_is_not_saved_as_such(value: Any) -> None:
    inner = Inner()
    inner.total = value
    with pytest.raises(TypeError):
        save(inner)


PLAIN: dict[str, tuple[Any, st.SearchStrategy[Any]]] = {
    "pairs": (dict[tuple[str, int], list[float]], st.dictionaries(
        st.tuples(st.text(max_size=3), st.integers(-(2**63), 2**63 - 1)),
        st.lists(st.floats(allow_nan=False), max_size=3),
    )),
    "named": (dict[int, Place], st.dictionaries(
        st.integers(-(2**40), 2**40), st.builds(Place, st.integers(0, 9), st.text(max_size=3))
    )),
    "bytes": (dict[int, bytes], st.dictionaries(st.integers(0, 99), st.binary(max_size=9))),
    "none": (list[int | None], st.lists(st.none() | st.integers(0, 9))),
}  # fmt: skip


@pytest.mark.parametrize("kind", PLAIN)
@given(data=st.data())
def test_plain_values_come_back_of_their_types_and_in_their_order(
    kind: str, data: st.DataObject
) -> None:
    declared, strategy = PLAIN[kind]

    class Holder:
        SAVED = Saved(value=declared)

        def __init__(self, value: Any = None) -> None:
            self.value = value

    value = data.draw(strategy)
    found = restore(Holder(), wired(save(Holder(value)))).value
    assert repr(found) == repr(value)


def test_leaves_name_the_place_of_each_value() -> None:
    found = dict(leaves(save(filled())))
    assert found["windows.3.total"] == 9.0
    assert found["rows.price"].tolist() == [5, 6, 7]


@pytest.mark.parametrize("alter", [
    lambda plain: plain.update(added=7.0),
    lambda plain: plain.update(scores=plain["scores"].astype(np.float32)),
    lambda plain: plain["runs"].pop(),
    lambda plain: plain["inner"].update(total=0.2),
    lambda plain: plain.update(rows=plain.pop("rows")),
])  # fmt: skip
def test_sameness_misses_nothing(alter: Callable[[dict[str, Any]], None]) -> None:
    plain = save(filled())
    assert same(plain, save(filled()))
    alter(plain)
    assert not same(plain, save(filled()))


def test_a_record_that_was_admitted_before_is_restored_whatever_is_refused_by_now() -> None:
    policy = {"policy_id": "p", "guardrails": {"reference_band": 5}}
    with pytest.raises(ValidationError):
        Policy.model_validate(policy)
    kept = Policy.model_validate(policy, context=ADMITTED)
    document = Document(Policy)
    assert document.restore(document.save(kept), None) == kept
