"""What people do in a real browser, and that they can without a mouse or good eyes."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser

from streams.web.access import tokens
from streams.web.context import Context
from streams.web.pages.rendering import MENU, offer_path
from streams.web.store.intake.record import Taken
from streams.web.store.intake.take import take
from tests.streams.web.api.test_api import sent
from tests.streams.web.conftest import SKU
from tests.streams.web.store.test_intake import decided

Serve = Callable[[Context], str]
PAGES = [path for path, _ in MENU] + [
    offer_path(SKU, "web"),
    "/policies/edit?policy_id=p",
    "/policies/edit",
    "/login",
]


def changed(number: int) -> list[Taken]:
    """The pricer has taken an approval, and the shop shows the price."""
    change = {
        "decision_id": f"c-{number}",
        "revision": 1,
        "sku": f"s{number}",
        "channel": "web",
        "price": "1.00",
        "previous_price": "2.00",
        "currency": "USD",
        "time": "2026-01-02T00:00:00Z",
        "effective_at": "2026-01-02T00:00:00Z",
        "reason": "approved",
        "lowest_prior_price_30d": None,
        "policy_id": "p",
        "policy_version": 1,
    }
    ack = {
        "decision_id": f"c-{number}",
        "sku": f"s{number}",
        "channel": "web",
        "status": "applied",
        "price": "1.00",
        "time": "2026-01-02T00:00:01Z",
    }
    decision = decided(1000 + number, sku=f"s{number}", outcome="changed", reason="approved")
    return [
        Taken("price-changes", 0, number, None, json.dumps(change).encode(), 0),
        decision,
        Taken("price-acks", 0, number, None, json.dumps(ack).encode(), 0),
    ]


def test_proposals_are_approved_in_bulk_and_their_prices_come_back(
    live: Context, serve: Serve, chromium: Browser
) -> None:
    take(live.store, [decided(n, sku=f"s{n}", outcome="proposed") for n in range(60)], {}, {})
    page = chromium.new_page()
    page.goto(serve(live) + "/queue")
    page.check("input[name=all]")
    page.click("text=Approve chosen")
    assert "61" in page.text_content(".tiles .tile b")  # type: ignore[operator]
    page.fill("#reason", "fine")
    page.click("button.primary")
    page.wait_for_selector("text=answers sent")
    assert [value["kind"] for _, value in sent(live)] == ["approve"] * 61
    take(live.store, [record for n in range(60) for record in changed(n)], {}, {})
    page.goto(page.url.replace("/queue/answer", "/offers/s7/web"))
    assert "$1.00" in page.text_content(".tiles")  # type: ignore[operator]
    assert "Changed from $2.00 to $1.00" in page.text_content("main")  # type: ignore[operator]
    page.close()


def test_a_policy_is_edited_tried_put_in_force_and_rolled_back(
    live: Context, serve: Serve, chromium: Browser
) -> None:
    page = chromium.new_page()
    base = serve(live)
    page.goto(base + "/policies/edit?policy_id=p")
    page.fill('input[name="field.guardrails.cooldown"]', "6 hours")
    page.click("button[value=preview]")
    page.wait_for_selector("text=Largest moves")
    assert "−5.6%" in page.text_content("main")  # type: ignore[operator]
    page.fill("#reason", "calmer")
    page.click("button[value=publish]")
    page.wait_for_selector("text=with the pricer")
    ((topic, value),) = sent(live)
    assert topic == "pricing-policies"
    assert value["guardrails"] == {"cooldown": "PT6H"}
    body = json.dumps(value).encode()
    take(live.store, [Taken("pricing-policies", 0, 50, b"p", body, 1_800_000_000_000)], {}, {})
    page.goto(base + "/policies/edit?policy_id=p")
    page.click("text=roll back to this one")
    page.wait_for_selector("text=Time between two changes: 6 hours, gone")
    page.fill("input[name=reason]", "as before")
    page.click("button[value=publish]")
    page.wait_for_selector("text=with the pricer")
    assert "guardrails" not in sent(live)[-1][1]
    assert sent(live)[-1][1]["version"] == 3
    page.close()


def test_the_kill_switch_is_two_clicks_and_a_reader_has_none(
    live: Context, serve: Serve, chromium: Browser
) -> None:
    page = chromium.new_page()
    base = serve(live)
    page.goto(base + "/policies")
    page.click("text=Stop price changes")
    page.fill("#stop input[name=reason]", "wrong costs")
    page.click("#stop button.danger")
    page.wait_for_selector("text=The order to stop is with the pricer")
    assert sent(live)[0][1]["kind"] == "pause"
    secret = tokens.create(live.store, "reader", ["look"])
    page.goto(base + "/login")
    page.fill("#token", secret)
    page.click("button.primary")
    page.goto(base + "/policies")
    assert page.query_selector("#stop") is None
    page.goto(base + "/queue")
    assert page.query_selector("input[name=id]") is None
    page.close()


@pytest.mark.slow
@pytest.mark.parametrize(("scheme", "width"), [("light", 1440), ("dark", 390)])
def test_no_page_has_a_serious_barrier(
    live: Context, serve: Serve, chromium: Browser, scheme: Any, width: int
) -> None:
    take(live.store, [decided(n, sku=f"s{n}", outcome="proposed") for n in range(60)], {}, {})
    live.summary.renew()
    base = serve(live)
    view = chromium.new_context(color_scheme=scheme, viewport={"width": width, "height": 900})
    page = view.new_page()
    problems: list[str] = []
    page.on("console", lambda said: problems.append(said.text) if said.type == "error" else None)
    for path in PAGES:
        page.goto(base + path)
        found = Axe().run(page).response["violations"]
        problems += [
            f"{path}: {each['id']} {each['nodes'][0]['html'][:200]}"
            for each in found
            if each["impact"] in ("serious", "critical")
        ]
        if page.evaluate("document.documentElement.scrollWidth") > width:
            problems.append(f"{path}: wider than the window")
    view.close()
    assert problems == []
