"""How this console tells who asks."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from streams.web.access.roles import Role, parsed, with_implied

LOOPBACK_NAMES = ("127.0.0.1", "localhost", "[::1]")
Network = ipaddress.IPv4Network | ipaddress.IPv6Network


@dataclass(frozen=True)
class AccessRules:
    """What the settings say of access.

    hosts: names by which browsers may reach the console; another's name in the Host header is how
        a foreign page would read it. proxies: who may say in headers who asks. groups: what the
        proxy or the OpenID provider calls a group → its roles. open: without a token or a proxy
        everybody may do everything, which holds for a console that only this machine can reach.
    """

    hosts: frozenset[str]
    proxies: tuple[Network, ...] = ()
    groups: Mapping[str, tuple[Role, ...]] | None = None
    open: bool = False
    four_eyes: bool = False

    def roles_of(self, groups: Iterable[str]) -> frozenset[Role]:
        """What the groups allow."""
        known = self.groups or {}
        return with_implied(role for group in groups for role in known.get(group, ()))


def is_loopback(host: str) -> bool:
    """Whether only this machine can reach a port that listens there."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def networks(texts: tuple[str, ...]) -> tuple[Network, ...]:
    """The networks of "10.0.0.0/8", "::1" …; ValueError names the one that is none."""
    return tuple(ipaddress.ip_network(text, strict=False) for text in texts)


def group_roles(texts: Mapping[str, str]) -> dict[str, tuple[Role, ...]]:
    """Group → roles of {"pricing": "approve,steer"}; ValueError names the role that is none."""
    return {group: tuple(parsed(text)) for group, text in texts.items()}
