"""A real shop: a browser buys, the order reaches Kafka, and prices come back to the storefront."""

from __future__ import annotations

import asyncio
import importlib.util
import json
import os
import shutil
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from schemas.topics import decode
from streams.configuration.settings import Settings
from streams.tables.newest import all_values
from tests.patience import PATIENCE_SECONDS, Patience

pytest.importorskip("oscar", reason="the extra `shop` is not installed")
playwright = pytest.importorskip("playwright.sync_api")

pytestmark = [pytest.mark.integration, pytest.mark.slow]

SHOP = Path(__file__).parents[2] / "deploy" / "oscar"
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
BEANS = "4711"


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    spec = importlib.util.spec_from_file_location("oscar_run", SHOP / "run.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    before = dict(os.environ)
    os.environ["PYTHONPATH"] = str(SHOP.parents[1])
    try:
        with module.ShopStack(tmp_path_factory.mktemp("shop")) as running:
            yield running
    finally:
        os.environ.clear()
        os.environ |= before


@pytest.fixture(scope="module")
def page() -> Iterator[Any]:
    browser_path = next(filter(None, map(shutil.which, BROWSERS)), None)
    if browser_path is None:
        pytest.skip("no Chromium here")
    with playwright.sync_playwright() as driver:
        browser = driver.chromium.launch(
            executable_path=browser_path, args=["--no-sandbox", "--disable-dev-shm-usage"]
        )
        page = browser.new_page()
        page.set_default_timeout(PATIENCE_SECONDS * 1000)
        yield page
        browser.close()


def records(stack: Any, topic: str, number: int) -> list[Any]:
    """The records of a topic, once there are so many."""
    patience = Patience()
    while True:
        reading = all_values(Settings(bootstrap=stack.bootstrap), topic)
        with ThreadPoolExecutor(1) as thread:  # the browser's loop runs in this one
            found = [json.loads(each) for each in thread.submit(asyncio.run, reading).result()]
        if len(found) >= number:
            return found
        patience.require(f"{len(found)} of {number} records of {topic}")
        time.sleep(0.3)


def ask(page: Any, stack: Any, price: str) -> None:
    """Let the competitor ask a price for the beans."""
    page.goto(f"{stack.url}/competitor/")
    page.select_option("select[name=product]", label="Arabica beans 500 g")
    page.fill("input[name=price]", price)
    page.click("text=The competitor asks this")


def wait_for_price(page: Any, stack: Any, price: str) -> None:
    """Look at the beans until they cost so much."""
    patience = Patience()
    while True:
        page.goto(f"{stack.url}/catalogue/arabica-beans-500-g_1/")
        shown = page.locator(".product_main .price_color").first.inner_text()
        if shown == price:
            return
        stack.require_running()
        patience.require(f"{shown}, not {price}\n{stack.tail('apply')}")
        time.sleep(0.3)


@pytest.mark.parametrize(
    ("path", "products"),
    [("/", 6), ("/catalogue/category/tea_2/", 3), ("/search/?q=tea", 2), ("/search/?q=wine", 0)],
)
def test_products_are_where_one_looks_for_them(
    stack: Any, page: Any, path: str, products: int
) -> None:
    page.goto(f"{stack.url}{path}")
    assert page.locator(".product_pod").count() == products
    images = page.locator(".product_pod img")
    assert images.evaluate_all("all => all.every(each => each.naturalWidth > 0)")


def test_a_customer_buys_and_prices_come_back(stack: Any, page: Any) -> None:
    page.goto(f"{stack.url}/accounts/login/")
    page.fill("input[name=login-username]", "anna@shop.example")
    page.fill("input[name=login-password]", "anna-likes-coffee")
    page.click("button[name=login_submit]")
    wait_for_price(page, stack, "€8.99")
    page.click("text=Add to basket")

    # the price falls: the shelf shows it, and the basket asks the lower one
    ask(page, stack, "8.50")
    wait_for_price(page, stack, "€8.49")
    page.goto(f"{stack.url}/basket/")
    assert "€8.49" in page.locator("#content_inner").inner_text()
    # it rises again: who has the product in the basket pays what it cost then
    page.goto(f"{stack.url}/catalogue/espresso-beans-1-kg_2/")
    page.click("text=Add to basket")
    ask(page, stack, "9.20")
    wait_for_price(page, stack, "€9.19")
    page.goto(f"{stack.url}/checkout/payment-details/")
    page.click("text=Continue")
    page.click("#place-order")
    page.wait_for_url("**/thank-you/**")

    (order,) = records(stack, "orders", 1)
    assert {line["sku"]: line["unit_price"] for line in order["lines"]} == {
        BEANS: "8.99",
        "4712": "15.49",
    }
    for topic in ("products", "orders", "clickstream", "competitor-prices"):
        for each in records(stack, topic, 1):
            decode(topic, json.dumps(each).encode())  # a record that is none would be refused
    actions = {(each["sku"], each["action"]) for each in records(stack, "clickstream", 4)}
    assert {(BEANS, "view"), (BEANS, "cart"), ("4712", "cart")} <= actions
    answered = {each["decision_id"] for each in records(stack, "price-acks", 2)}
    changes = records(stack, "price-changes", 1)
    assert changes[-1]["decision_id"] in answered


def test_an_applier_that_is_killed_leaves_the_newest_price(stack: Any, page: Any) -> None:
    for price in ("8.10", "8.20", "8.30"):
        ask(page, stack, price)
        stack.processes["apply"].kill()
        stack.processes["apply"].wait()
        stack.apply()
    wait_for_price(page, stack, "€8.29")
    newest = [each for each in records(stack, "price-changes", 1) if each["sku"] == BEANS][-1]
    page.goto(f"{stack.url}/competitor/")
    row = page.locator(f"tr[data-sku='{BEANS}']").inner_text()
    assert row.split()[-1] == str(newest["revision"])
