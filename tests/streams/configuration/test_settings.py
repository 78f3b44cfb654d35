from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest
from pydantic import ValidationError
from pydantic_settings import SettingsError

from streams.configuration.settings import Settings
from streams.kafka.clients import UnusableCertificateError, ssl_context


@pytest.fixture(autouse=True)
def _alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def test_flags_win_over_variables_over_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "pricetide.toml").write_text('app = "file"\nbucket = "PT1H"\npartitions = 3\n')
    monkeypatch.setenv("PRICETIDE_BUCKET", "PT2H")
    monkeypatch.setenv("PRICETIDE_APP", "variable")
    settings = Settings(app="flag")
    assert (settings.app, settings.bucket, settings.partitions) == ("flag", "PT2H", 3)


def test_another_file_may_be_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "pricetide.toml").write_text('app = "here"\n')
    (tmp_path / "other.toml").write_text('app = "there"\n')
    monkeypatch.setenv("PRICETIDE_CONFIG", str(tmp_path / "other.toml"))
    assert Settings().app == "there"


def test_a_file_that_was_named_but_is_not_there_is_an_error(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("PRICETIDE_CONFIG", "nowhere.toml")
    with pytest.raises(SettingsError, match=r"nowhere\.toml"):
        Settings()


@pytest.mark.parametrize("text", ["app = ", "\x00"])
def test_a_file_that_is_no_toml_is_an_error(tmp_path: Path, text: str) -> None:
    (tmp_path / "pricetide.toml").write_text(text)
    with pytest.raises(SettingsError, match=r"pricetide\.toml"):
        Settings()


def test_what_is_not_plain_text_is_json(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PRICETIDE_OWN_NAMES", '["Acme", "acme.com"]')
    monkeypatch.setenv("PRICETIDE_RATES", '{"EUR/USD": "1.08"}')
    settings = Settings()
    assert settings.fold.pricing.own_names == frozenset({"Acme", "acme.com"})
    assert settings.rates == {"EUR/USD": Decimal("1.08")}


def test_demand_is_counted_by_the_shops_winter_time_all_year() -> None:
    hours = {"UTC": 0, "Europe/Berlin": 1, "America/Los_Angeles": -8, "Australia/Adelaide": 9.5}
    for zone, ahead in hours.items():
        fold = Settings(timezone=zone).fold
        assert (fold.demand.utc_offset_ms, fold.pricing.timezone) == (ahead * 3_600_000, zone)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("bucket", "1 day"),
        ("bucket", "PT0S"),
        ("bucket", "P1M"),
        ("lateness", "-PT1H"),
        ("timezone", "Mars/Olympus"),
        ("timezone", "../etc/passwd"),
        ("timezone", ""),
        ("rates", '{"EURUSD": 1}'),
        ("rates", '{"EUR/XXX": 1}'),
        ("rates", '{"EUR/USD": 0}'),
        ("rates", '{"EUR/USD": "NaN"}'),
        ("partitions", "0"),
        ("delivery", "maybe-once"),
    ],
)
def test_a_setting_that_cannot_be_is_refused_by_name(
    name: str, value: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(f"PRICETIDE_{name.upper()}", value)
    with pytest.raises(ValidationError) as caught:
        Settings()
    assert [problem["loc"][0] for problem in caught.value.errors()] == [name]


def test_the_fold_repeats_what_the_settings_say() -> None:
    fold = Settings(bucket="PT1H", lateness="PT5M", timezone="Asia/Tokyo").fold
    assert (fold.window_ms, fold.allowed_lateness_ms) == (3_600_000, 300_000)
    assert fold.pricing.timezone == "Asia/Tokyo"


def test_secrets_do_not_show() -> None:
    shown = repr(Settings(customer_key="swordfish", sasl_password="tuna"))
    assert "swordfish" not in shown
    assert "tuna" not in shown


@pytest.mark.parametrize("variable", ["PRICETIDE_BOOTSTRP", "PRICETIDE_PARTITION"])
def test_a_misspelt_variable_is_an_error(monkeypatch: pytest.MonkeyPatch, variable: str) -> None:
    monkeypatch.setenv(variable, "1")
    with pytest.raises(SettingsError, match=f"^{variable}: no such setting; perhaps PRICETIDE_"):
        Settings()


@pytest.mark.parametrize(
    "variable",
    ["PRICETIDE_SERVICE_HOST", "PRICETIDE_PORT", "PRICETIDE_PORT_9092_TCP", "PRICETIDE_"],
)
def test_variables_that_an_orchestrator_makes_of_a_services_name_are_let_pass(
    monkeypatch: pytest.MonkeyPatch, variable: str
) -> None:
    monkeypatch.setenv(variable, "tcp://10.0.0.1:80")
    Settings()


@pytest.mark.parametrize("variable", ["PRICETIDE_WAREHOUSE", "PRICETIDE_X__Y"])
def test_a_variable_that_is_no_setting_is_an_error(
    monkeypatch: pytest.MonkeyPatch, variable: str
) -> None:
    monkeypatch.setenv(variable, "1")
    with pytest.raises(SettingsError, match=f"^{variable}: no such setting"):
        Settings()


def test_a_key_of_the_file_that_is_no_setting_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "pricetide.toml").write_text('app = "x"\nbootstrp = "kafka:9092"\n')
    with pytest.raises(SettingsError, match=r"bootstrp: no such setting; perhaps bootstrap\?"):
        Settings()


@pytest.mark.parametrize("given", [{}, {"sasl_username": "bob"}, {"sasl_password": "tuna"}])
def test_sasl_without_a_user_and_a_password_is_an_error(given: dict[str, str]) -> None:
    with pytest.raises(ValidationError, match="SASL_SSL needs sasl_username and sasl_password"):
        Settings(security_protocol="SASL_SSL", **given)


def test_a_certificate_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(ValidationError, match="ssl_cafile"):
        Settings(security_protocol="SSL", ssl_cafile=tmp_path / "nowhere.pem")


def test_a_file_that_holds_no_certificate_is_named(tmp_path: Path) -> None:
    (tmp_path / "ca.pem").write_text("no certificate")
    settings = Settings(security_protocol="SSL", ssl_cafile=tmp_path / "ca.pem")
    with pytest.raises(UnusableCertificateError, match=r"ca\.pem"):
        ssl_context(settings)
