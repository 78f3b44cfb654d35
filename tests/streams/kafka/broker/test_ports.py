import socket

from streams.kafka.broker.process import FIRST, LAST, free_ports

HOST = "127.0.0.1"


def test_ports_are_distinct_and_below_the_ephemeral_range():
    ports = free_ports(50, HOST)
    assert len(set(ports)) == 50
    assert all(FIRST <= port < LAST for port in ports)


def test_a_port_in_use_is_not_given(monkeypatch):
    with socket.socket() as taken:
        taken.bind((HOST, 0))
        busy = taken.getsockname()[1]
        (free,) = free_ports(1, HOST)
        offers = iter([busy, free])
        monkeypatch.setattr("random.randrange", lambda *_: next(offers))
        assert free_ports(1, HOST) == [free]
