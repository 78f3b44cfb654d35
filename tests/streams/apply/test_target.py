from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from streams.apply.target import Answer, target
from streams.errors import InputError
from tests.streams.client.test_prices import change

PAGE = Path(__file__).parents[3] / "docs" / "consumers.md"


def adapter_of_the_page() -> str:
    """The code block of docs/consumers.md that begins with the name of its file."""
    _, _, rest = PAGE.read_text(encoding="utf-8").partition("```python\n# price_list.py\n")
    return rest.partition("```")[0]


def test_the_adapter_that_the_page_shows_is_found_and_works(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "price_list.py").write_text(adapter_of_the_page())
    installed = tmp_path / "price_list-1.dist-info"
    installed.mkdir()
    (installed / "METADATA").write_text("Metadata-Version: 2.1\nName: price-list\nVersion: 1\n")
    (installed / "entry_points.txt").write_text("[pricetide.targets]\ncsv = price_list:PriceList\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    listed = tmp_path / "prices.csv"

    async def apply() -> list[Answer]:
        async with target(f"csv://{listed}", None) as shop:
            answers = []
            for each in (change(2, "12.50"), change(1, "9.00"), change(1, "3.00", sku="b")):
                answers += (await shop.apply([each])).values()
            return answers

    assert asyncio.run(apply()) == [Answer("applied")] * 3
    assert listed.read_text().splitlines() == ["a,web,2,12.50", "b,web,1,3.00"]


@pytest.mark.parametrize("url", ["shop.example/prices", "ftp://shop.example", ""])
def test_a_url_that_nothing_takes_is_an_error_that_names_what_there_is(url: str) -> None:
    with pytest.raises(InputError, match="begins with none of http, https"):
        target(url, "secret")


def test_a_webhook_without_a_secret_says_which_setting_is_missing() -> None:
    with pytest.raises(InputError, match="PRICETIDE_WEBHOOK_SECRET"):
        target("https://shop.example", None)


@pytest.mark.parametrize("url", ["https://[::1", "https://", "https://shop.example:http/prices"])
def test_a_webhook_at_no_address_is_an_error(url: str) -> None:
    with pytest.raises(InputError, match="must begin with https:// or http://"):
        target(url, "secret")
