"""What there is to say of a policy."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Finding:
    """Something about a policy that its author should know; `bounds` where they contradict.

    `sku` and `channel` are None where it holds whatever the offer.
    """

    policy_id: str
    message: str
    bounds: tuple[str, ...] = ()
    sku: str | None = None
    channel: str | None = None
