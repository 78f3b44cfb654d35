"""Where a worker listens."""

from __future__ import annotations

HOST = "127.0.0.1"


def address(where: str) -> tuple[str, int]:
    """Host and port of "[HOST:]PORT"; the host is this machine alone where none is given.

    >>> address("9464"), address("0.0.0.0:9464"), address("[::1]:9464")
    (('127.0.0.1', 9464), ('0.0.0.0', 9464), ('::1', 9464))
    """
    host, _, port = where.rpartition(":")
    if not (port.isascii() and port.isdigit() and int(port) <= 65535):
        raise ValueError(f"{where!r} is no [HOST:]PORT")
    return host.strip("[]") or HOST, int(port)
