import socket
import struct
import threading
from contextlib import contextmanager

import pytest

from streams.kafka.broker.ready import Metadata, accepts, metadata

HOST = "127.0.0.1"


@contextmanager
def server(answer):
    """Answer one request, and return it by the way of the list that is yielded."""
    requests = []
    with socket.create_server((HOST, 0)) as listening:

        def serve():
            connection, _ = listening.accept()
            with connection:
                requests.append(connection.recv(1024))
                connection.sendall(answer)

        thread = threading.Thread(target=serve)
        thread.start()
        yield listening.getsockname()[1], requests
        thread.join()


def text(value):
    return struct.pack(">h", -1) if value is None else struct.pack(">h", len(value)) + value


def frame(brokers, cluster_id):
    body = struct.pack(">ii", 0, len(brokers))
    for node, rack in brokers:
        body += struct.pack(">i", node) + text(b"localhost") + struct.pack(">i", 9092) + text(rack)
    body += text(cluster_id) + struct.pack(">ii", 1, 0)
    return struct.pack(">i", len(body)) + body


def test_the_answer_names_the_cluster_and_its_serving_nodes():
    with server(frame([(1, None), (3, b"rack")], b"abc")) as (port, requests):
        assert metadata(HOST, port) == Metadata("abc", frozenset({1, 3}))
    size, key, version = struct.unpack_from(">ihh", requests[0])
    assert (size, key, version) == (len(requests[0]) - 4, 3, 2)


@pytest.mark.parametrize("answer", [b"", b"\0\0", frame([(1, None)], b"abc")[:-20]])
def test_an_answer_that_breaks_off_is_none(answer):
    with server(answer) as (port, _):
        assert metadata(HOST, port) is None


def test_a_closed_port_neither_answers_nor_accepts():
    with socket.socket() as bound:
        bound.bind((HOST, 0))
        port = bound.getsockname()[1]
        assert metadata(HOST, port) is None
        assert not accepts(HOST, port)
        bound.listen()
        assert accepts(HOST, port)
