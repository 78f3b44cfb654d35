"""Every rule has words, and no word of a program reaches a merchant."""

from __future__ import annotations

from typing import Any

import pytest

from online_models.pricing.decision.reasons import REASONS as CODED
from online_models.pricing.explanation.narrate import _SENTENCES
from streams.reference.alerts import ALERTS
from streams.web.words.alerts import _ADVICE, _TITLES
from streams.web.words.figures import Figures
from streams.web.words.narration import for_customers, headline, outlook, wanted
from streams.web.words.policies import differences, in_words
from streams.web.words.reasons import REASONS, reason, rule


@pytest.mark.parametrize("name", sorted(_SENTENCES))
def test_every_rule_of_an_explanation_has_words(name: str) -> None:
    assert name in REASONS
    said = rule(name, {}, Figures(), "USD")
    assert said
    assert "_" not in said


def test_every_reason_of_a_decision_has_words() -> None:
    assert [name for name in CODED if name not in REASONS] == []


def test_every_kind_of_alert_has_a_name_and_says_what_to_do() -> None:
    assert set(_ADVICE) == set(_TITLES) == set(ALERTS)
    assert len(set(_TITLES.values())) == len(_TITLES)


def test_a_reason_without_words_is_still_no_identifier() -> None:
    assert reason("some_new_rule") == "some new rule"


@pytest.mark.parametrize(
    ("locale", "shown"), [("en", "¥1,299"), ("de_DE", "1.299\u202f¥"), ("en_GB", "JP¥1,299")]
)
def test_money_is_of_its_currency_and_locale(locale: str, shown: str) -> None:
    assert Figures(locale).money(1299, "JPY") == shown


def test_what_rounds_to_nothing_has_no_sign() -> None:
    assert (Figures().number(-0.04, 1), Figures().number(-0.4)) == ("0", "0")
    assert (Figures().share(-0.0004), Figures().step(-0.0004)) == ("0.0%", "0.0%")
    assert (Figures().step(0.0004), Figures().step(0.0006)) == ("0.0%", "+0.1%")


@pytest.mark.parametrize(
    ("locale", "text", "price"),
    [
        ("en", " 12.50 ", "12.50"),
        ("de_DE", "12,50", "12.50"),
        ("de_DE", "12.50", "12.50"),
        ("fr", "12", "12"),
    ],
)
def test_a_price_is_typed_as_the_locale_writes_it(locale: str, text: str, price: str) -> None:
    assert Figures(locale).typed(text, "EUR") == price


@pytest.mark.parametrize(
    ("text", "currency"), [("1.250", "EUR"), ("1,250", "EUR"), ("1.250", "JPY")]
)
def test_thousands_are_not_taken_for_decimals(text: str, currency: str) -> None:
    with pytest.raises(ValueError, match="more decimals than"):
        Figures("de_DE").typed(text, currency)


def test_instants_are_in_the_merchants_zone() -> None:
    assert Figures("en", "Europe/Berlin").instant(1_700_006_400_000) == "15 Nov 2023 01:00"


def decision(**fields: Any) -> dict[str, Any]:
    return {
        "price": "8.99",
        "previous_price": "8.99",
        "currency": "USD",
        "outcome": "held",
        "reason": "cooldown",
        "explanation": [{"rule": "cooldown", "detail": {"cooldown": "PT6H"}}],
    } | fields


def test_a_decision_is_told_in_the_trades_words() -> None:
    said = headline(decision(), Figures())
    assert said == "Kept at $8.99: at least 6 hours between two changes."


def test_customers_hear_public_facts_only() -> None:
    change = {"reason": "minimum_margin", "previous_price": "9.99"}
    said = " ".join(for_customers("Tea", "USD", "8.99", change, "8.49", Figures()))
    assert "margin" not in said
    assert "cost of" not in said
    assert "$8.49" in said
    assert "$9.99" in said


@pytest.mark.parametrize(
    ("name", "detail", "said"),
    [
        ("optimise", {"elasticity": -2.44}, "sells about 2,4 per cent less"),
        ("quote", {"discount": "13.7%"}, ": 13,7% off"),
        ("price_endings", {"endings": [".99", "9"]}, "Prices end in ,99 or 9"),
        ("approval", {"required_above_step": "2.5%"}, "A step above 2,5% needs approval"),
        ("approval", {}, "A step above the limit needs approval"),
        (
            "match_competitor",
            {"competitor": "r", "rival": "10.00", "offset": "-0.05"},
            "r asks 10,00\u202f€, and the rule is −0,05 against it",
        ),
        ("minimum_margin", {"minimum": "-1.50"}, "at least −1,50\u202f€"),
    ],
)
def test_a_rules_figures_are_of_the_locale(name: str, detail: dict[str, Any], said: str) -> None:
    assert rule(name, detail, Figures("de"), "EUR").endswith(said)


def test_versions_of_a_policy_differ_in_words() -> None:
    before = {"version": 1, "guardrails": {"max_step_up": "5%"}, "priority": 1}
    after = {"version": 2, "guardrails": {"max_step_up": "10%", "cooldown": "PT1H"}, "priority": 1}
    assert differences(before, after) == [
        "Largest rise at once: from 5% to 10%",
        "Time between two changes: 1 hour, new",
    ]
    assert "For all offers." in in_words(after)
    assert "At least 1 hour between two changes." in in_words(after)


def test_an_expectation_that_stock_ends_has_no_false_interval() -> None:
    new = {"units": 52, "profit": "177.84", "lower": "177.84", "upper": "177.84"}
    said = outlook(decision(expected=new), Figures()) or ""
    assert "52 units" in said
    assert "all that there is in stock" in said
    assert "90%" not in said
    assert "(90% between $90.00 and" in (
        outlook(decision(expected=new | {"lower": "90.00"}), Figures()) or ""
    )


def test_a_proposal_says_whether_it_is_the_best_price_or_a_trial() -> None:
    best = {"rule": "optimise", "input": None, "output": "9.28", "detail": {"elasticity": -2.0}}
    trial = {"rule": "explore", "input": "9.28", "output": "8.99", "detail": {}}
    same = trial | {"output": "9.28"}
    said = [wanted(decision(explanation=each), Figures()) for each in ([best, trial], [best, same])]
    assert said == [
        "Another price is tried, to learn what it sells",
        "The price that should bring the most profit",
    ]
