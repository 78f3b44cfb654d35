"""Addresses of servers (URLs): checked before anything is asked there, shown without secrets."""

from __future__ import annotations

import re
from urllib.parse import SplitResult, urlsplit

#: Who logs in, in a URL, wherever it stands in a text.
_LOGIN = re.compile(r"(?<=://)[^\s/]*@")
#: What a URL is written with (RFC 3986); the rest is written as %XX.
_WRITTEN = re.compile(r"[!-~]+")


def split(url: str, schemes: tuple[str, ...] = ("https", "http")) -> SplitResult:
    """The parts of a URL with a host, of which each can be had.

    ValueError says what is wrong with it, and does not repeat it: it may hold a password.

    >>> split("https://example.org:8443/token").port
    8443
    """
    begins = " or ".join(f"{scheme}://" for scheme in schemes)
    if not _WRITTEN.fullmatch(url):
        raise ValueError("no URL: a space, or what is not ASCII, is written as %XX there")
    try:
        parts = urlsplit(url)
        usable = parts.scheme in schemes and bool(parts.hostname) and parts.port != 0
    except ValueError:  # a port that is no number, half of an IPv6 address
        usable = False
    if not usable:
        raise ValueError(f"must begin with {begins}, then HOST or HOST:PORT")
    return parts


def without_logins(text: str) -> str:
    """A text whose URLs show neither a user nor a password.

    >>> without_logins("no answer of https://anna:secret@example.org/token")
    'no answer of https://***@example.org/token'
    """
    return _LOGIN.sub("***@", text)
