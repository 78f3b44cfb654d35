"""A manager's day in a real browser: console, worker and Kafka, each as a process of its own."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from playwright.sync_api import Page

from streams.cli import main
from streams.kafka.broker import EmbeddedBroker
from tests.browser import chromium
from tests.integration.away import free_port, ready
from tests.integration.shop.worker import Worker
from tests.integration.test_console import page as fetched
from tests.patience import PATIENCE_SECONDS, wait_until

pytestmark = pytest.mark.integration

#: Proposals that are approved at once.
PROPOSALS = [60, pytest.param(5000, marks=pytest.mark.slow)]
POLICY = {
    "policy_id": "usual",
    "strategy": [{"kind": "match_competitor"}, {"kind": "keep"}],
    "guardrails": {"max_step_down": "50%"},
    "approval": {"required_above_step": "5%"},
}


def product(number: int) -> dict[str, Any]:
    money = {"currency": "EUR", "price": "10.00", "cost": "4.00"}
    value = {"sku": f"s{number}", "name": f"Tea no. {number}", "category": "tea", **money}
    return {"key": f"s{number}".encode(), "value": json.dumps(value).encode()}


def offered(number: int, price: str) -> dict[str, Any]:
    """A competitor's price, as of now."""
    value = {"sku": f"s{number}", "competitor": "r", "price": price, "currency": "EUR"}
    body = json.dumps(value | {"time": int(time.time() * 1000)}).encode()
    return {"key": f"s{number}".encode(), "value": body}


class Day(NamedTuple):
    proposals: int
    port: int
    tell: Callable[[str, Any], None]
    browser: Page
    heard: Callable[[str], list[Any]]

    def shows(self, path: str, text: str) -> bool:
        return text in fetched(self.port, path)

    def api(self, path: str) -> Any:
        return json.loads(fetched(self.port, "/api/v1/" + path))


@pytest.fixture(params=PROPOSALS)
def day(
    request: pytest.FixtureRequest,
    fresh_broker: EmbeddedBroker,
    tmp_path: Path,
    produce: Callable[..., None],
    read_all: Callable[..., list[Any]],
) -> Iterator[Day]:
    """A shop of so many products, open in a browser."""
    proposals, where = int(request.param), fresh_broker.bootstrap
    assert main(["topics", "--bootstrap", where, "--partitions", "2"]) == 0

    def tell(topic: str, records: Any) -> None:
        produce(where, topic, records)

    def heard(topic: str) -> list[Any]:
        return [json.loads(record.value) for record in read_all(where, topic)]

    port, store = free_port(), f"sqlite:///{tmp_path}/console.sqlite"
    worker = Worker(where, tmp_path, "w0", PRICETIDE_PARTITIONS="2")
    flags = ("--port", str(port))
    variables = {"PRICETIDE_STORE": store, "PRICETIDE_PARTITIONS": "2"}
    console = Worker(where, tmp_path, "console", *flags, command="console", **variables)
    try:
        tell("pricing-policies", [{"key": b"usual", "value": json.dumps(POLICY).encode()}])
        tell("products", map(product, range(proposals)))
        wait_until(lambda: ready(port) == 200, console.tail)
        with chromium() as browser:
            page = browser.new_page()
            page.set_default_timeout(PATIENCE_SECONDS * 1000)
            yield Day(proposals, port, tell, page, heard)
    finally:
        console.kill()
        worker.kill()


def test_a_day_at_the_console(day: Day) -> None:
    proposals, base, page = day.proposals, f"http://127.0.0.1:{day.port}", day.browser
    wait_until(lambda: day.shows("/offers", f"<small>{proposals:,}"))

    # a competitor halves some prices: all these steps wait
    day.tell("competitor-prices", (offered(n, "8.00") for n in range(proposals)))
    wait_until(lambda: day.shows("/queue", f"{proposals:,} wait"))
    page.goto(base + "/queue")
    page.check("input[name=all]")
    began = time.monotonic()
    page.click("text=Approve chosen")
    assert f"{proposals:,}" in page.inner_text("h1")
    page.fill("#reason", "their price is real")
    page.click("button.primary")
    page.wait_for_selector("text=answers sent")
    print(f"{proposals:,} approved in {time.monotonic() - began:.1f} s")
    assert f"{proposals:,} answers sent" in page.inner_text("h1")

    # they come back as changes, and the shop says that it shows one
    wait_until(lambda: day.shows("/queue", "<small>0 wait"))
    assert len(day.heard("price-changes")) == proposals
    (change,) = [each for each in day.heard("price-changes") if each["sku"] == "s7"]
    assert (change["price"], change["reason"]) == ("8.00", "approved")
    names = ("decision_id", "sku", "channel", "price")
    ack = {name: change[name] for name in names} | {"status": "applied", "time": change["time"]}
    day.tell("price-acks", [{"key": b"s7", "value": json.dumps(ack).encode()}])
    wait_until(lambda: day.shows("/offers/s7/web", "the shop shows it"))
    page.goto(base + "/offers/s7/web")
    assert "€8.00" in page.inner_text(".tiles")

    # a policy is changed, tried on the live state, put in force, and taken back
    page.goto(base + "/policies/edit?policy_id=usual")
    page.fill('input[name="field.guardrails.max_step_down"]', "1%")
    page.fill('input[name="field.guardrails.minimum_price"]', "9.00")
    page.click("button[value=preview]")
    page.wait_for_selector("text=What would change in the policy")
    assert f"of {proposals:,}" in page.inner_text(".tiles")
    page.fill("#reason", "no fire sale")
    page.click("button[value=publish]")
    page.wait_for_selector("text=with the pricer")

    def versions() -> list[Any]:
        return [each["version"] for each in day.api("policies")]

    wait_until(lambda: versions() == [2])
    page.goto(base + "/policies/edit?policy_id=usual")
    page.click("text=roll back to this one")
    page.wait_for_selector("text=Lowest price: 9.00, gone")
    page.fill("input[name=reason]", "as before")
    page.click("button[value=publish]")
    page.wait_for_selector("text=with the pricer")
    wait_until(lambda: versions() == [3])

    # and all is stopped: what comes now moves no price
    page.goto(base + "/policies")
    page.fill("#stop input[name=reason]", "wrong costs")
    began = time.monotonic()
    page.click("#stop button.danger")
    page.wait_for_selector("text=The order to stop is with the pricer")
    wait_until(lambda: day.shows("/offers", "Price changes are stopped"))
    print(f"stopped, and said on every page, in {time.monotonic() - began:.1f} s")
    before = len(day.heard("price-changes"))
    day.tell("competitor-prices", [offered(n, "7.90") for n in range(20)])

    def seen(number: int) -> bool:
        """Whether a decision of the offer came of a competitor's price, and moved nothing."""
        last = day.api(f"offers/s{number}/web")["decisions"][-1]
        return (last["cause"]["topic"], last["reason"]) == ("competitor-prices", "paused")

    wait_until(lambda: all(map(seen, range(20))))
    assert len(day.heard("price-changes")) == before
