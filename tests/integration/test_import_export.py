"""Tables through a real Kafka: what was imported is exported again, cell by cell."""

from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path

import pytest

from schemas.records.shop.products import Product
from streams import cli
from tests.patience import wait_until

HEADER = ["sku", "name", "currency", "price", "cost", "category"]


def write(path: Path, rows: list[list[str]]) -> None:
    with path.open("w", newline="") as file:
        csv.writer(file).writerows([HEADER, *rows])


@pytest.mark.integration
@pytest.mark.parametrize("number", [500, pytest.param(100_000, marks=pytest.mark.slow)])
def test_what_is_imported_is_exported_again(
    number: int,
    tmp_path: Path,
    bootstrap: str,
    unique: Callable[[str], str],
    create_topics: Callable[..., None],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    prefix = unique("tables") + "."
    create_topics(bootstrap, [f"{prefix}products"], 2)
    monkeypatch.setenv("PRICETIDE_TOPIC_PREFIX", prefix)
    monkeypatch.setenv("PRICETIDE_BOOTSTRAP", bootstrap)
    rows = [
        [
            f"p{i:06}",
            f'Item "{i}", large',
            "EUR",
            f"{1 + i % 90}.{i % 100:02}",
            "0.50",
            f"c/{i % 7}",
        ]
        for i in range(number)
    ]
    given, back = tmp_path / "given.csv", tmp_path / "back.csv"
    # without a record the columns are those that one would have
    assert exported(back) == [list(Product.model_fields)]
    write(given, rows)
    assert cli.main(["import", str(given), "--as", "products"]) == 0
    # Kafka shows a transaction to readers a moment after it has said that it is committed
    wait_until(lambda: exported(back) == [HEADER, *rows], lambda: exported(back)[:3])


def exported(back: Path) -> list[list[str]]:
    assert cli.main(["export", "products", str(back)]) == 0
    with back.open(newline="") as file:
        return list(csv.reader(file))


@pytest.mark.parametrize("number", [1000, pytest.param(10_000, marks=pytest.mark.slow)])
def test_every_line_of_rubbish_is_named_with_its_reason(
    number: int, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    wrong = [
        (["x", "x", "EUR", "minus", "1", "c"], "price: "),
        (["x", "x", "XXQ", "1.00", "1", "c"], "currency: "),
        (["", "x", "EUR", "1.00", "1", "c"], "sku: "),
        (["x", "x", "EUR", "-1", "1", "c"], "price: "),
        (["x", "x", "EUR", "1.00", "", "c"], "cost: "),
    ]
    given, report = tmp_path / "given.csv", tmp_path / "report.txt"
    write(given, [wrong[i % len(wrong)][0] for i in range(number)])
    arguments = ["import", str(given), "--as", "products", "--report", str(report)]
    assert cli.main(arguments) == 1
    assert "nothing was sent" in capsys.readouterr().out
    named = [line.split("\t") for line in report.read_text().splitlines()]
    assert [int(line) for line, _ in named] == list(range(2, number + 2))
    assert all(reason.startswith(wrong[i % len(wrong)][1]) for i, (_, reason) in enumerate(named))
