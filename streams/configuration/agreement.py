"""Settings that all workers of a group must have alike, since prices or hashes depend on them.

Ingest notes its own in each journal record, the pricer its own beside each snapshot. A worker that
starts, or takes over a partition, compares what it finds with what it has. Noted are digests: which
setting differs is to be said, a secret is not.
"""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import blake2b
from typing import Any

import msgspec

from streams.configuration.settings import Settings
from streams.configuration.spelling import PREFIX
from streams.errors import ExpectedError

#: Setting → digest.
Agreement = Mapping[str, str]

DIGEST_BYTES = 4
_DECODER = msgspec.json.Decoder(dict[str, str])


class StrangerError(ExpectedError):
    """A setting differs from that of the group."""


def of_ingest(settings: Settings) -> Agreement:
    """What the journal depends on."""
    rates = {pair: str(rate.normalize()) for pair, rate in sorted(settings.rates.items())}
    secret = settings.customer_key.get_secret_value().encode()
    keyed = blake2b(b"agreement", digest_size=DIGEST_BYTES, key=blake2b(secret).digest())
    topics = {name: topic.model_dump(mode="json") for name, topic in settings.topics.items()}
    return {
        "rates": _digest(rates),
        "topics": _digest(dict(sorted(topics.items()))),
        "customer_key": keyed.hexdigest(),
    }


def of_pricer(settings: Settings) -> Agreement:
    """What the prices depend on that are made of one journal."""
    fold = settings.fold
    values = {
        "bucket": fold.window_ms,
        "lateness": fold.lateness_ms,
        "river": settings.river,
        "river_by": settings.river_by,
        "own_names": sorted({name.strip().casefold() for name in settings.own_names}),
        "timezone": settings.timezone,
        "ack_timeout": fold.pricing.ack_timeout_ms,
        "shadow": fold.pricing.shadow,
    }
    return {name: _digest(value) for name, value in values.items()}


def _digest(value: Any) -> str:
    return blake2b(msgspec.json.encode(value), digest_size=DIGEST_BYTES).hexdigest()


def encoded(agreement: Agreement) -> bytes:
    """The bytes of an agreement."""
    return msgspec.json.encode(dict(agreement))


def decoded(raw: bytes | None) -> Agreement | None:
    """The inverse of `encoded`; None where nothing was noted, or nothing that is understood."""
    if raw is None:
        return None
    try:
        return _DECODER.decode(raw)
    except msgspec.MsgspecError:
        return None


def differing(ours: Agreement, theirs: Agreement | None) -> list[str]:
    """The settings that both note, and differently."""
    return sorted(name for name in ours if theirs and theirs.get(name, ours[name]) != ours[name])


def require_agreement(
    settings: Settings, ours: Agreement, theirs: Agreement | None, where: str
) -> bool:
    """Returns whether there is a difference that is meant (the setting `settings_changed`).

    Raises
    ------
    StrangerError
        One is not; `where` says what would be wrong.
    """
    found = differing(ours, theirs)
    if strange := [name for name in found if name not in settings.changed]:
        names = " and ".join(PREFIX + name.upper() for name in strange)
        raise StrangerError(
            f"{names}: not what the other workers of {settings.app!r} have, by {where}. Set it as"
            " they have it; or, to change it for all of them, stop them all, and start them with"
            f" --settings-changed {','.join(strange)}"
        )
    return bool(found)
