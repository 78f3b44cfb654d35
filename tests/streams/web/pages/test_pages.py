"""What people see and do, and that nothing from outside acts on their pages."""

from __future__ import annotations

import dataclasses
import json
import re
from html import unescape
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine

from online_models.studies.experiments.lift import Interval, Lift
from streams.web.access import tokens
from streams.web.application import application
from streams.web.context import Context
from streams.web.pages.rendering import MENU, offer_path
from streams.web.preview.jobs import BusyError, Previews
from streams.web.preview.outcome import PolicyTrial, PriceMove, TrialFinding, TrialProfit
from streams.web.preview.process import PreviewError
from streams.web.store.experiment_effect import ExperimentEffect
from streams.web.store.intake.record import Taken
from streams.web.store.intake.take import take
from streams.web.store.summary import Counted
from streams.web.words.figures import Figures
from tests.streams.web.api.test_api import sent
from tests.streams.web.conftest import ORIGIN, POLICY, SKU, START
from tests.streams.web.store.test_intake import decided

PATHS = [path for path, _ in MENU] + [
    "/offers?sort=-margin&q=tea",
    offer_path(SKU, "web"),
    "/policies/edit?policy_id=p",
    "/policies/edit",
    "/alerts?all=1",
]

#: A field of a form, and what it holds.
FIELD = r'<input[^>]*?name="([^"]+)"[^>]*?value="([^"]*)"'
#: What a review would answer.
IDS = r'name="ids" value="([^"]+)"'


def token(text: str) -> str:
    found = re.search(r'name="form_token" value="([^"]+)"', text)
    assert found is not None
    return found.group(1)


@pytest.mark.parametrize("path", PATHS)
def test_nothing_from_outside_is_markup(client: TestClient, path: str) -> None:
    answer = client.get(path)
    assert answer.status_code == 200
    assert "<script>alert" not in answer.text
    assert "Grey <b>" not in answer.text
    assert "secret" not in answer.text


@pytest.mark.parametrize("path", PATHS)
def test_a_page_has_one_heading_and_a_language_and_no_style_of_its_own(
    client: TestClient, path: str
) -> None:
    text = client.get(path).text
    assert text.count("<h1") == 1
    assert '<html lang="en">' in text
    assert not re.search(r"<style|\sstyle=|\son[a-z]+=", text)


def test_pages_are_english_whatever_the_locale(context: Context) -> None:
    german = dataclasses.replace(context, figures=Figures("de_DE"))
    page = TestClient(application(german), base_url=ORIGIN).get("/offers").text
    assert '<html lang="en">' in page
    assert "9,00\u202f$" in page


def test_prices_are_typed_as_the_locale_writes_them(context: Context) -> None:
    german = dataclasses.replace(context, figures=Figures("de_DE"))
    client = TestClient(application(german), base_url=ORIGIN, follow_redirects=False)
    path = offer_path(SKU, "web")
    form = {"form_token": token(client.get(path).text), "what": "price", "reason": "a fair"}
    assert client.post(path, data=form | {"price": "1.250"}).status_code == 422
    assert client.post(path, data=form | {"price": "8,50"}).is_redirect
    assert [value["price"] for _, value in sent(context)] == ["8.50"]


def test_a_page_leads_to_the_offer_whatever_its_name(client: TestClient) -> None:
    text = client.get("/offers", params={"q": "EARL"}).text
    link = re.search(r'href="(/offers/[^"?]+/web)"', text)
    assert link is not None
    page = client.get(link.group(1))
    assert page.status_code == 200
    assert "$5.00 instead of $9.00 waits for approval" in page.text
    assert "Kept at $9.00: the proposal still waits for approval" in page.text


def test_an_answer_is_reviewed_and_then_sent(
    client: TestClient, context: Context, proposal: dict[str, Any]
) -> None:
    form: dict[str, Any] = {"form_token": token(client.get("/queue").text), "answer": "approve"}
    assert client.post("/queue/review", data=form).status_code == 422
    review = client.post("/queue/review", data=form | {"id": [proposal["decision_id"]]}).text
    assert sent(context) == []
    assert "−44.4%" in review
    assert proposal["decision_id"] in review
    everything = client.post("/queue/review", data=form | {"all": "1"}).text
    assert proposal["decision_id"] in everything
    ids = f"{proposal['decision_id']} no-such"
    done = client.post("/queue/answer", data=form | {"ids": ids, "reason": "fine"}).text
    ((_, value),) = sent(context)
    assert (value["kind"], value["reason"]) == ("approve", "fine")
    assert "there is no such proposal" in done


def test_a_search_without_a_match_does_not_say_that_nothing_waits(client: TestClient) -> None:
    page = client.get("/queue?q=nothing").text
    assert "No proposal that waits matches." in page
    assert "Nothing waits" not in page


def test_the_title_of_a_review_counts_in_the_locale(context: Context, store: Engine) -> None:
    take(store, [decided(n, sku=f"s{n}", outcome="proposed") for n in range(1000)], {}, {})
    german = dataclasses.replace(context, figures=Figures("de"))
    client = TestClient(application(german), base_url=ORIGIN)
    form = {"form_token": token(client.get("/queue").text), "answer": "approve"}
    review = client.post("/queue/review", data=form | {"all": "1"}).text
    assert "<h1>Approve 1.001 proposals?</h1>" in review
    one = client.post("/queue/answer", data=form | {"ids": re.findall(IDS, review)[0].split()[0]})
    assert "<h1>1 answer sent</h1>" in one.text


def test_more_proposals_than_a_page_shows_are_answered_at_once(
    client: TestClient, context: Context, store: Engine
) -> None:
    take(store, [decided(n, sku=f"s{n}", outcome="proposed") for n in range(700)], {}, {})
    form = {"form_token": token(client.get("/queue").text), "answer": "approve"}
    review = client.post("/queue/review", data=form | {"all": "1"}).text
    ids = re.search(IDS, review)
    assert ids is not None
    client.post("/queue/answer", data=form | {"ids": ids.group(1)})
    assert len(sent(context)) == 701


def test_a_policy_is_checked_published_and_written_down(
    client: TestClient, context: Context
) -> None:
    form = {"form_token": token(client.get("/policies/edit?policy_id=p").text), "policy_id": "p"}
    document = json.dumps({**POLICY, "version": 2, "approval": {"required_above_step": "20%"}})
    check = client.post("/policies/edit", data=form | {"what": "check", "document": document}).text
    assert "Steps above this wait: from 15% to 20%" in check
    broken = client.post("/policies/edit", data=form | {"what": "publish", "document": "{"})
    assert broken.status_code == 422
    publish = form | {"what": "publish", "document": document}
    assert client.post("/policies/edit", data=publish).status_code == 422  # a reason is missing
    assert sent(context) == []
    assert client.post("/policies/edit", data=publish | {"reason": "calmer"}).status_code == 303
    assert sent(context)[0][0] == "pricing-policies"
    assert "calmer" in client.get("/audit").text


@pytest.mark.parametrize("what", ["draft", "publish", "preview", "check"])
def test_a_policy_with_the_character_nul_is_refused(
    client: TestClient, context: Context, what: str
) -> None:
    document = json.dumps(POLICY | {"policy_id": "p\0"})
    form = {"form_token": token(_form(client)), "reason": "r", "document": document}
    said = client.post("/policies/edit", data=form | {"what": what})
    assert said.status_code == 422
    assert "holds the character NUL" in said.text
    assert sent(context) == []


@pytest.mark.parametrize(
    ("what", "typed", "reason", "said"),
    [
        ("check", "seven", "calmer", "is not a fraction"),
        ("publish", "7%", "", "A reason is missing."),
        ("draft", "7%", "", "A reason is missing."),
        ("preview", "7%", "calmer", "Other previews are running"),
    ],
)
def test_what_was_typed_into_a_policy_is_kept_where_it_cannot_be_taken(
    client: TestClient, context: Context, what: str, typed: str, reason: str, said: str
) -> None:
    def busy(document: Any) -> str:
        raise BusyError

    context.previews.start = busy  # type: ignore[method-assign]
    page = client.get("/policies/edit?policy_id=p").text
    fields = {name: unescape(value) for name, value in re.findall(FIELD, page)}
    fields |= {"field.guardrails.max_step_up": typed, "field.experiment.name": "autumn"}
    fields |= {"field.experiment.holdout": "10%", "what": what, "reason": reason}
    text = re.search("<textarea[^>]*>([^<]*)</textarea>", page)
    assert text is not None
    fields |= {"form_token": token(page), "document": unescape(text[1])}
    answer = client.post("/policies/edit", data=fields)
    assert answer.status_code in (422, 503)
    assert said in answer.text
    kept = {name: unescape(value) for name, value in re.findall(FIELD, answer.text)}
    assert kept["field.guardrails.max_step_up"] == typed
    assert kept["field.experiment.name"] == "autumn"
    assert kept["reason"] == reason
    assert "<details open><summary>Experiment" in answer.text
    assert sent(context) == []


def test_what_contradicts_itself_is_said_beside_its_fields(client: TestClient) -> None:
    form = {"form_token": token(client.get("/policies/edit?policy_id=p").text), "policy_id": "p"}

    def checked(**guardrails: Any) -> str:
        document = json.dumps({**POLICY, "version": 2, "guardrails": guardrails})
        data = form | {"what": "check", "document": document}
        return client.post("/policies/edit", data=data).text

    page = checked(minimum_price="12.00", maximum_price="11.00")
    for name in ("minimum_price", "maximum_price"):
        beside = re.search(rf'id="wrong.guardrails.{name}">([^<]+)<', page)
        assert beside is not None
        assert beside[1] == "Lowest price is above highest price"
        assert f'aria-describedby="wrong.guardrails.{name}"' in page
    assert "This policy is sound" not in page
    sound = checked(minimum_price="11.00", maximum_price="12.00")
    assert "This policy is sound" in sound
    assert 'class="wrong"' not in sound
    never = checked(minimum_price="12.00", maximum_price="12.90", price_endings=[".99"])
    assert 'id="wrong.guardrails.price_endings"' in never
    trap = checked(price_endings=[".00"], max_step_up="0.5%")
    assert "may never rise again" in trap
    assert 'class="wrong"' not in trap


def test_what_contradicts_itself_is_put_in_force_after_a_second_question_only(
    client: TestClient, context: Context
) -> None:
    form = {"form_token": token(client.get("/policies/edit?policy_id=p").text), "policy_id": "p"}
    rails = {"maximum_price": "0.00"}
    form |= {"document": json.dumps({**POLICY, "version": 2, "guardrails": rails})}
    form |= {"reason": "a slip"}
    asked = client.post("/policies/edit", data=form | {"what": "publish"})
    assert asked.status_code == 422
    assert "Highest price leaves no price above 0" in asked.text
    assert 'value="publish_anyway"' in asked.text
    assert 'value="publish"' not in asked.text
    assert 'value="a slip"' in asked.text
    assert sent(context) == []
    assert client.post("/policies/edit", data=form | {"what": "publish_anyway"}).is_redirect
    ((topic, value),) = sent(context)
    assert (topic, value["guardrails"]) == ("pricing-policies", rails)


def test_the_kill_switch_names_what_it_stops(client: TestClient, context: Context) -> None:
    form = {"form_token": token(client.get("/policies").text), "reason": "wrong costs"}
    data = form | {"what": "pause", "category": "food"}
    assert client.post("/policies/switch", data=data).status_code == 303
    ((_, value),) = sent(context)
    assert (value["kind"], value["select"]) == ("pause", {"categories": ["food"]})


def test_what_is_not_known_is_said_so(client: TestClient) -> None:
    for path in ("/offers/x/web", "/policies/edit?policy_id=nope", "/nowhere"):
        answer = client.get(path)
        assert answer.status_code == 404
        assert "<h1>" in answer.text


def test_a_policy_is_tried_and_then_put_in_force(client: TestClient, context: Context) -> None:
    asked: list[bytes] = []

    def run(_: Any, document: bytes) -> PolicyTrial:
        asked.append(document)
        move = PriceMove(SKU, "web", "USD", "9.00", "8.50", -0.0556, "match_competitor", False)
        beyond = TrialFinding("minimum_margin asks for at least 20.00", SKU, "web")
        return PolicyTrial(
            offers=3,
            down=1,
            moves=[move],
            profit={"USD": TrialProfit(100, 350, 50, 900)},
            conflicts=[beyond],
        )

    made = dataclasses.replace(context, previews=Previews(context.settings, run))
    with TestClient(application(made), base_url=ORIGIN, follow_redirects=False) as client:
        form = {"form_token": token(_form(client)), "policy_id": "p"}
        document = json.dumps({**POLICY, "version": 2})
        sent_to = client.post(
            "/policies/edit", data=form | {"what": "preview", "document": document}
        )
        page = client.get(sent_to.headers["location"]).text
        while "seconds so far" in page:
            page = client.get(sent_to.headers["location"]).text
    assert json.loads(asked[0])["version"] == 2
    assert "$8.50" in page
    assert "+$2.50" in page
    assert "Earl Grey &lt;b&gt;</a>: Lowest margin asks for at least 20.00" in page
    assert "Put in force" in page


def _form(client: TestClient) -> str:
    return client.get("/policies/edit?policy_id=p").text


def test_a_preview_that_fails_says_why(client: TestClient, context: Context) -> None:
    def run(_: Any, document: bytes) -> PolicyTrial:
        raise PreviewError("no worker has saved anything")

    made = dataclasses.replace(context, previews=Previews(context.settings, run))
    with TestClient(application(made), base_url=ORIGIN, follow_redirects=False) as client:
        form = {"form_token": token(_form(client)), "policy_id": "p", "what": "preview"}
        where = client.post("/policies/edit", data=form | {"document": json.dumps(POLICY)}).headers
        page = client.get(where["location"]).text
        while "seconds so far" in page:
            page = client.get(where["location"]).text
    assert "no worker has saved anything" in page


def test_with_four_eyes_a_policy_takes_effect_through_somebody_elses_draft(
    context: Context,
) -> None:
    secrets = {
        name: tokens.create(context.store, name, ["steer", "approve"]) for name in ("anna", "ben")
    }
    rules = dataclasses.replace(context.rules, four_eyes=True)
    app = application(dataclasses.replace(context, rules=rules))

    def change(name: str, what: str, **more: Any) -> int:
        browser = TestClient(app, base_url=ORIGIN, follow_redirects=False)
        browser.post("/login", data={"token": secrets[name]})
        form = {"form_token": token(_form(browser)), "policy_id": "p", "reason": "calmer"}
        document = json.dumps({**POLICY, "version": 2, "priority": 5} | more)
        return browser.post(
            "/policies/edit", data=form | {"what": what, "document": document}
        ).status_code

    assert change("anna", "publish") == 403
    assert change("anna", "draft") == 303
    assert change("anna", "publish") == 403
    assert change("ben", "publish", priority=6) == 403
    assert sent(context) == []
    assert change("ben", "publish") == 303
    ((topic, value),) = sent(context)
    assert (topic, value["priority"]) == ("pricing-policies", 5)

    # what it proposes, its author may not approve, and who put it in force may
    def approve(name: str) -> int:
        headers = {"Authorization": f"Bearer {secrets[name]}"}
        client = TestClient(app, base_url=ORIGIN, headers=headers)
        (waits,) = client.get("/api/v1/proposals").json()["items"]
        return client.post(
            f"/api/v1/proposals/{waits['decision_id']}/approve", json={"reason": "fine"}
        ).status_code

    assert approve("anna") == 409
    assert approve("ben") == 202


def test_an_experiment_says_by_which_of_its_ranges_it_is_decided(
    client: TestClient, context: Context
) -> None:
    policy = {**POLICY, "version": 2, "experiment": {"name": "spring", "holdout": "10%"}}
    body = json.dumps(policy).encode()
    take(context.store, [Taken("pricing-policies", 0, 50, b"p", body, START)], {}, {})
    money, share = Interval(-10.0, -22.0, 1.0), Interval(-0.2, -0.4, -0.1)
    lift = Lift(money, share, money, share)
    context.summary.counted = Counted(effects={"p": ExperimentEffect(73, "USD", 20, 4, lift)})
    page = client.get("/experiments").text
    assert "This is decided: the range in per cent does not hold zero." in page


def test_a_filter_is_kept_under_a_name(client: TestClient) -> None:
    text = client.get("/offers?state=below-cost").text
    form = {"form_token": token(text), "name": "<b>loss", "state": "below-cost", "sort": "-margin"}
    answer = client.post("/views", data=form)
    assert answer.headers["location"] == "/offers?state=below-cost&sort=-margin"
    page = client.get("/offers").text
    assert "★ &lt;b&gt;loss" in page
    assert 'href="/offers?state=below-cost&amp;sort=-margin"' in page
    client.post("/views", data=form | {"what": "drop"})
    assert "★" not in client.get("/offers").text


def test_what_is_stopped_stands_on_every_page(client: TestClient, context: Context) -> None:
    def order(place: int, kind: str, **select: list[str]) -> Taken:
        value = {"kind": kind, "select": select, "reason": "wrong costs", "actor": "anna"}
        return Taken("pricing-control", 0, place, None, json.dumps(value).encode(), START)

    take(
        context.store,
        [order(1, "pause", categories=["food"]), order(2, "pause", skus=["x"])],
        {},
        {},
    )
    context.summary.look_for_stops()
    page = client.get("/offers").text
    assert "Price changes are stopped for the category food: wrong costs (anna)" in page
    assert "products x" not in page
    take(context.store, [order(3, "resume")], {}, {})
    context.summary.look_for_stops()
    assert "are stopped" not in client.get("/offers").text


def test_who_goes_on_is_told_only_where_more_is_stopped(
    client: TestClient, context: Context
) -> None:
    def banner(place: int, kind: str, **select: list[str]) -> str:
        value = {"kind": kind, "select": select, "reason": "r", "actor": "anna"}
        value["time"] = START + place
        encoded = json.dumps(value).encode()
        take(context.store, [Taken("pricing-control", 0, place, None, encoded, START)], {}, {})
        context.summary.look_for_stops()
        return client.get("/offers").text

    banner(1, "pause", categories=["food"])
    assert "They go on" not in banner(2, "resume", categories=["food"])
    everything = banner(3, "pause")
    assert ("They go on" in everything, "are stopped" in everything) == (False, True)
    assert "They go on for the category tea" in banner(4, "resume", categories=["tea"])


def test_pages_are_there_before_the_shop_was_counted(client: TestClient, context: Context) -> None:
    context.summary.counted = Counted()
    for path, _ in MENU:
        assert client.get(path).status_code == 200, path
