"""All workers of a group have the settings that prices and hashes depend on."""

from __future__ import annotations

import pytest

from streams.configuration import agreement
from streams.configuration.agreement import (
    StrangerError,
    decoded,
    differing,
    encoded,
    of_ingest,
    of_pricer,
    require_agreement,
)
from streams.configuration.connection import ConnectionSettings
from streams.configuration.console_settings import ConsoleSettings
from streams.configuration.settings import Settings

OTHERS = {
    "bucket": "P7D",
    "lateness": "PT2H",
    "river": ["river.linear_model.BayesianLinearRegression"],
    "river_by": "category",
    "shadow": True,
    "own_names": ["acme"],
    "timezone": "Europe/Berlin",
    "ack_timeout": "P2D",
    "rates": {"EUR/USD": "1.08"},
    "topics": {"orders": {"fields": {"order_id": "number"}}},
    "customer_key": "of our own",
}
#: Two workers may have these unlike: prices and hashes are the same.
APART = (
    ConsoleSettings.model_fields.keys()
    | ConnectionSettings.model_fields.keys()
    | {
        "app",  # it has a claim of its own
        "instance",
        "partitions",  # the topics say
        "topic_prefix",
        "delivery",
        "transaction_ms",
        "snapshot_seconds",
        "training",
        "train_every",
        "train_days",
        "train_models",
        "metrics",
        "otlp",
        "settings_changed",
        "customer_key_file",
        "output_format",
        "log_format",
        *("forecasters", "forecasting"),
    }
)


def noted(settings: Settings) -> dict[str, str]:
    return {**of_ingest(settings), **of_pricer(settings)}


def test_every_setting_is_agreed_on_or_may_differ() -> None:
    assert noted(Settings()).keys() == OTHERS.keys() == Settings.model_fields.keys() - APART


@pytest.mark.parametrize("name", OTHERS)
def test_a_setting_that_differs_is_named(name: str) -> None:
    ours, theirs = noted(Settings()), noted(Settings(**{name: OTHERS[name]}))
    assert differing(ours, theirs) == [name]
    with pytest.raises(StrangerError, match=f"^PRICETIDE_{name.upper()}: not what the other"):
        require_agreement(Settings(), ours, decoded(encoded(theirs)), "the journal")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"bucket": "P1D"}, {"bucket": "PT24H"}),
        ({"own_names": ["Acme ", "Us"]}, {"own_names": ["us", "acme"]}),
        ({"rates": {"EUR/USD": "1.080"}}, {"rates": {"EUR/USD": "1.08"}}),
    ],
)
def test_what_means_the_same_is_no_difference(
    one: dict[str, object], other: dict[str, object]
) -> None:
    assert noted(Settings(**one)) == noted(Settings(**other))  # type: ignore[arg-type]


def test_a_change_that_is_meant_passes_and_no_other_with_it() -> None:
    theirs = noted(Settings(own_names=frozenset({"acme"}), timezone="Europe/Berlin"))
    meant = Settings(settings_changed="own_names,timezone")
    assert require_agreement(meant, noted(meant), theirs, "the journal")
    half = Settings(settings_changed="own_names")
    with pytest.raises(StrangerError, match=r"^PRICETIDE_TIMEZONE: "):
        require_agreement(half, noted(half), theirs, "the journal")


def test_settings_of_which_nothing_is_noted_differ_in_nothing() -> None:
    ours = noted(Settings())
    assert not require_agreement(Settings(), ours, None, "the journal")
    assert not require_agreement(Settings(), ours, decoded(b"\xff"), "the journal")
    assert not require_agreement(Settings(), ours, {"of a later release": "1"}, "the journal")


def test_the_customer_key_is_not_to_be_told_from_what_is_noted() -> None:
    raw = encoded(of_ingest(Settings(customer_key="a key of ours")))  # type: ignore[arg-type]
    assert b"a key" not in raw
    digests = decoded(raw)
    assert digests is not None
    assert len(digests["customer_key"]) == 2 * agreement.DIGEST_BYTES
