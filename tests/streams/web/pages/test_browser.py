"""What people do in a real browser, and that they can without a mouse or good eyes."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

from streams.configuration.settings import Settings
from streams.web.access import audit, tokens
from streams.web.access.forms import LIFE_SECONDS, form_token
from streams.web.access.roles import ROLES, Actor
from streams.web.context import Context
from streams.web.pages.rendering import MENU, offer_path
from streams.web.server import context_of
from streams.web.store.intake.record import Taken
from streams.web.store.intake.take import take
from tests.streams.web import full_shop
from tests.streams.web.api.test_api import sent
from tests.streams.web.conftest import SKU
from tests.streams.web.store.test_intake import decided

#: Who asks on the machine itself, without a token.
LOCAL = Actor("local", frozenset(ROLES), "local", "local")
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
    assert "the shop shows it" in page.text_content(".tiles")  # type: ignore[operator]
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


def focus(page: Page, wanted: str) -> None:
    """Go from control to control, as who has no mouse does, until `wanted` has the focus."""
    for _ in range(200):
        if page.evaluate("wanted => document.activeElement.matches(wanted)", wanted):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"the tabulator never comes to {wanted}")


def test_a_proposal_is_found_chosen_and_approved_without_a_mouse(
    live: Context, serve: Serve, chromium: Browser
) -> None:
    take(live.store, [decided(n, sku=f"s{n}", outcome="proposed") for n in range(3)], {}, {})
    page = chromium.new_page()
    page.goto(serve(live) + "/queue")
    page.keyboard.press("/")
    page.keyboard.type("s1")
    page.keyboard.press("Enter")
    page.wait_for_url("**q=s1**")
    # the buttons stand before the proposals: choose, and come back
    focus(page, "input[name=id]")
    page.keyboard.press("Space")
    for _ in range(20):
        if page.evaluate("document.activeElement.value") == "approve":
            break
        page.keyboard.press("Shift+Tab")
    page.keyboard.press("Enter")
    page.wait_for_selector("#reason")
    focus(page, "#reason")
    page.keyboard.type("cheaper to make")
    page.keyboard.press("Enter")
    page.wait_for_selector("text=answer sent")
    assert [value["reason"] for _, value in sent(live)] == ["cheaper to make"]
    page.close()


def test_a_policy_is_changed_and_put_in_force_without_a_mouse(
    live: Context, serve: Serve, chromium: Browser
) -> None:
    page = chromium.new_page()
    page.goto(serve(live) + "/policies/edit?policy_id=p")
    focus(page, 'input[name="field.guardrails.cooldown"]')
    page.keyboard.type("6 hours")
    focus(page, "button[value=check]")
    page.keyboard.press("Enter")
    page.wait_for_selector("text=This policy is sound")
    focus(page, "input[name=reason]")
    page.keyboard.type("calmer")
    focus(page, "button[value=publish]")
    page.keyboard.press("Enter")
    page.wait_for_selector("text=with the pricer")
    ((_, value),) = sent(live)
    assert value["guardrails"] == {"cooldown": "PT6H"}
    page.close()


def test_a_mouse_reaches_every_page_in_a_narrow_window(
    live: Context, serve: Serve, chromium: Browser
) -> None:
    page = chromium.new_page(viewport={"width": 760, "height": 700})
    page.goto(serve(live) + "/")
    for link in page.query_selector_all(".top nav a"):
        box = link.bounding_box()
        assert box is not None
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= 760
    page.close()


@pytest.mark.parametrize("width", [390, 1440])
def test_a_figure_in_a_tile_stays_in_one_line(
    live: Context, serve: Serve, chromium: Browser, width: int
) -> None:
    page = chromium.new_page(viewport={"width": width, "height": 700})
    page.goto(serve(live) + "/")
    figure = page.locator(".tile b").first
    short = figure.bounding_box()
    figure.evaluate("(shown, text) => { shown.textContent = text }", "+CHF\u202f1,234,567,890")
    long = figure.bounding_box()
    assert short is not None
    assert long is not None
    assert long["height"] == short["height"]
    assert figure.evaluate("shown => shown.scrollWidth <= shown.clientWidth")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.close()


#: Whether the header, or the bar at the window's bottom, lies over all of what has the focus.
COVERED = """() => {
  const shown = document.activeElement, box = shown.getBoundingClientRect();
  return [".top", ".dock"].some((name) => {
    const bar = document.querySelector(name), over = bar.getBoundingClientRect();
    return !bar.contains(shown) && box.top >= over.top && box.bottom <= over.bottom;
  });
}"""


def test_what_has_the_focus_is_never_covered(
    live: Context, serve: Serve, chromium: Browser
) -> None:
    page = chromium.new_page(viewport={"width": 1024, "height": 700})
    base = serve(live)
    page.goto(base + "/policies/edit?policy_id=p")
    page.focus("main a")
    for key in ("Tab", "Shift+Tab"):
        for _ in range(40):
            page.keyboard.press(key)
            covered = page.evaluate(COVERED)
            assert not covered, page.evaluate("document.activeElement.outerHTML")
    page.goto(base + offer_path(SKU, "web") + "?price=8.00#new-price")
    label = page.locator("label[for=new-price]").bounding_box()
    header = page.locator(".top").bounding_box()
    assert label is not None
    assert header is not None
    assert label["y"] >= header["y"] + header["height"]
    page.close()


def test_today_renews_itself_but_not_beneath_who_goes_through_it_by_keyboard(
    live: Context, serve: Serve, chromium: Browser
) -> None:
    page = chromium.new_page()
    page.clock.install()
    page.goto(serve(live) + "/")
    page.keyboard.press("Tab")
    page.evaluate("window.before = true")
    page.clock.run_for(11_000)
    page.wait_for_timeout(300)
    assert page.evaluate("window.before")
    page.evaluate("document.activeElement.blur()")
    with page.expect_navigation():
        page.clock.run_for(11_000)
    page.close()


FORM = """<form method="post" action="{}"><input name="what" value="pause">
<input name="reason" value="theirs"><input name="form_token" value="{}"><button>Win</button>
</form>"""


def test_another_host_another_site_and_a_stale_form_move_nothing(
    live: Context, serve: Serve, chromium: Browser
) -> None:
    base = serve(live)
    page = chromium.new_page()
    answer = page.goto(base.replace("127.0.0.1", "prices.example") + "/queue")
    assert answer is not None
    assert answer.status == 421
    page.goto(base + "/policies")
    fresh = page.get_attribute("#stop input[name=form_token]", "value") or ""
    form = FORM.format(base + "/policies/switch", fresh)
    page.route("http://shop.example/*", lambda route: route.fulfill(body=form))
    page.goto("http://shop.example/")
    page.set_content(form)
    with page.expect_navigation() as moved:
        page.click("button")
    assert moved.value.status == 403
    stale = form_token(live.form_key, LOCAL, time.time() - LIFE_SECONDS - 60)
    page.goto(base + "/policies")
    page.evaluate(
        "t => { document.querySelector('#stop input[name=form_token]').value = t }", stale
    )
    page.fill("#stop input[name=reason]", "left open over night")
    page.click("#stop button.danger")
    page.wait_for_selector("text=This form is too old")
    assert sent(live) == []
    page.close()


@pytest.fixture(scope="module")
def full(tmp_path_factory: pytest.TempPathFactory) -> Context:
    """A console with something on every page."""
    url = f"sqlite:///{tmp_path_factory.mktemp('full')}/console.sqlite"
    made = context_of(Settings(store=url, bootstrap="nowhere:1"), "127.0.0.1")
    full_shop.fill(made.store)
    audit.write_down(made.store, "anna", "approve", "sku-01 on web", "cheaper to make")
    made.progress.measured({"price-changes": 0})
    made.summary.renew()
    return made


#: With and without something on them.
VIEWS = [
    *PAGES[: len(MENU)],
    offer_path("sku-13", "web") + "?price=12.00",
    offer_path("sku-99", "web"),
    "/quotes/Q-2024-0141",
    "/quotes?state=expired",
    "/policies/edit?policy_id=kitchen",
    "/policies/edit",
    "/offers?q=nothing",
    "/alerts?all=1",
    "/login",
    "/offers/none/web",
]
#: Texts that are names of the merchant's or of their data.
TECHNICAL = re.compile(r"^/(policies/edit|dead-letters)")
NAME = re.compile(r"[a-z]+_[a-z_]+")


@pytest.mark.slow
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1440, 390])
def test_no_page_has_a_serious_barrier(
    full: Context, serve: Serve, chromium: Browser, scheme: Any, width: int
) -> None:
    base = serve(full)
    view = chromium.new_context(color_scheme=scheme, viewport={"width": width, "height": 900})
    page = view.new_page()
    problems: list[str] = []
    page.on("pageerror", lambda error: problems.append(str(error)))
    for path in VIEWS:
        page.goto(base + path)
        found = Axe().run(page).response["violations"]
        problems += [
            f"{path}: {each['id']} {each['nodes'][0]['html'][:200]}"
            for each in found
            if each["impact"] in ("serious", "critical") or each["id"] == "landmark-unique"
        ]
        if page.evaluate("document.documentElement.scrollWidth") > width:
            problems.append(f"{path}: wider than the window")
        text = page.inner_text("main")
        if not TECHNICAL.match(path):
            problems += [f"{path}: {name}" for name in NAME.findall(text)]
    view.close()
    assert problems == []
