"""A worker's own port, and that what deploy/ watches is told there."""

from __future__ import annotations

import asyncio
import re
import socket
import urllib.error
import urllib.request
from contextlib import suppress
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families

from online_models.journal.outputs import Output
from streams.metrics import connections, instruments, server
from streams.metrics.address import address
from streams.metrics.server import MetricsServer, listen

RULES = Path(__file__).parents[3] / "deploy" / "prometheus" / "rules.yml"


class Port:
    """A server of metrics, asked from a thread beside its loop."""

    def __init__(self) -> None:
        self.ready = False
        self._socket = listen("0")
        self._port = self._socket.getsockname()[1]

    def get(self, *paths: str) -> list[tuple[int, str]]:
        """Status and body of each path."""

        async def asked() -> list[tuple[int, str]]:
            async with MetricsServer(self._socket.dup(), lambda: self.ready):
                return [await asyncio.to_thread(self._get, path) for path in paths]

        return asyncio.run(asked())

    def _get(self, path: str) -> tuple[int, str]:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self._port}{path}") as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode()


def samples(text: str) -> dict[tuple[str, ...], float]:
    """Value of each sample by its name and the values of its labels."""
    return {
        (sample.name, *sample.labels.values()): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def test_a_worker_is_live_before_it_is_ready() -> None:
    port = Port()
    assert [status for status, _ in port.get("/live", "/ready", "/other")] == [200, 503, 404]
    port.ready = True
    assert port.get("/ready") == [(200, "ready\n")]


def test_what_a_partition_does_is_told_until_it_goes() -> None:
    port = Port()
    before = samples(port.get("/metrics")[0][1])
    partition = instruments.PartitionMetrics(77)
    partition.recovered()
    alert = Output("pricing-alerts", b"a", b'{"kind":"ack_missing","severity":"warning"}', 0)
    partition.folded(5, [Output("price-changes", b"a", b"{}", 0), alert, alert], 0.002)
    partition.committed(0)
    partition.stands(12, 3)
    told = samples(port.get("/metrics")[0][1])

    def grown(*name: str) -> float:
        return told[name] - before.get(name, 0.0)

    assert grown("pricetide_partitions") == 1
    assert grown("pricetide_folded_events_total") == 5
    assert grown("pricetide_output_records_total", "price-changes") == 1
    assert grown("pricetide_output_records_total", "pricing-alerts") == 2
    assert grown("pricetide_alerts_total", "ack_missing") == 2
    assert grown("pricetide_journal_delay_seconds_bucket", "60.0") == 0
    assert grown("pricetide_journal_delay_seconds_bucket", "+Inf") == 1
    assert grown("pricetide_stage_seconds_bucket", "0.002", "fold") == 1
    assert grown("pricetide_stage_seconds_bucket", "0.001", "fold") == 0
    assert told["pricetide_journal_position", "77"] == 12
    assert told["pricetide_waiting_events", "77"] == 3
    partition.released()
    left = samples(port.get("/metrics")[0][1])
    assert left["pricetide_partitions",] == before["pricetide_partitions",]
    assert not [name for name in left if "77" in name]


def test_alerts_watch_what_a_worker_tells() -> None:
    instruments.announce("orders")
    text = Port().get("/metrics")[0][1]
    # a series without labels that were used is there by its type alone
    told = {name for name, *_ in samples(text)} | set(re.findall(r"# TYPE (\w+)", text))
    watched = set(re.findall(r"pricetide_\w+", RULES.read_text()))
    assert watched
    assert watched <= told


@pytest.mark.parametrize("where", ["", "nine", "host:", "70000", "host:-1", "1.5"])
def test_what_is_no_address_is_refused(where: str) -> None:
    with pytest.raises(ValueError, match="HOST"):
        address(where)


def test_a_port_that_is_taken_is_an_error() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken, pytest.raises(OSError, match="in use"):
        listen(str(taken.getsockname()[1]))


class Crowd:
    """Connections that ask nothing, beside one that does."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, seconds: float) -> None:
        monkeypatch.setattr(connections, "MOST_CONNECTIONS", 3)
        monkeypatch.setattr(connections, "CONNECTION_SECONDS", seconds)
        self._socket = listen("0")
        self._address = self._socket.getsockname()

    def asked(self, idle: int, until_closed: bool = False) -> bytes:
        """What /live answers while so many connections stand idle, or after they were closed."""
        return asyncio.run(self._asked(idle, until_closed))

    async def _asked(self, idle: int, until_closed: bool) -> bytes:
        async with MetricsServer(self._socket, lambda: True):
            crowd = [await asyncio.open_connection(*self._address) for _ in range(idle)]
            for _, writer in crowd:
                writer.write(b"GET /live HTTP/1.1\r\n")
            await asyncio.sleep(0.05)
            if until_closed:
                for reader, _ in crowd:
                    with suppress(ConnectionError):
                        assert await reader.read() == b""
            return await self._live()

    async def _live(self) -> bytes:
        reader, writer = await asyncio.open_connection(*self._address)
        writer.write(b"GET /live HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        try:
            return await reader.read()
        except ConnectionError:
            return b""


@pytest.mark.parametrize(("idle", "answered"), [(0, True), (2, True), (3, False), (9, False)])
def test_no_more_connections_stand_than_are_allowed(
    monkeypatch: pytest.MonkeyPatch, idle: int, answered: bool
) -> None:
    assert (b"200 OK" in Crowd(monkeypatch, 60.0).asked(idle)) == answered


def test_a_connection_that_asks_nothing_makes_room(monkeypatch: pytest.MonkeyPatch) -> None:
    assert b"200 OK" in Crowd(monkeypatch, 0.3).asked(3, until_closed=True)


class Counting:
    """A registry without metrics that counts how often it is read."""

    read = 0

    def collect(self) -> list[object]:
        self.read += 1
        return []


def test_metrics_are_encoded_once_for_many_who_ask(monkeypatch: pytest.MonkeyPatch) -> None:
    registry = Counting()
    monkeypatch.setattr(server, "REGISTRY", registry)
    monkeypatch.setattr(server, "FRESH_SECONDS", 60.0)
    assert {status for status, _ in Port().get(*["/metrics"] * 5)} == {200}
    assert registry.read == 1
