"""What a worker may do, and which settings each role reads."""

from __future__ import annotations

import argparse
from ipaddress import ip_address

from streams.configuration.settings import PUBLIC_KEY, Settings
from streams.errors import InputError

_KAFKA = {"bootstrap", "app", "instance", "partitions", "metrics"}
_DAYS = {"bucket", "lateness", "timezone", "settings_changed"}
_PRICE = {"delivery", "transaction_ms", "snapshot_seconds", "ack_timeout", "shadow"}
_FORECAST = {"bucket", "lateness", "forecasters", "forecasting"}
_TRAIN = {"training", "train_every", "train_days", "train_models"}

#: Role → the settings that it reads.
ROLES = {
    "all": _KAFKA | _DAYS | _PRICE,
    "ingest": _KAFKA | _DAYS,
    "price": _KAFKA | _DAYS | _PRICE,
    "train": _KAFKA | _DAYS | _TRAIN,
    "forecast": _KAFKA | _FORECAST,
}


def require_used(role: str, flags: argparse.Namespace) -> None:
    """InputError for a flag that would do nothing in this role.

    Variables and the settings file are read by workers of all roles, and may name every setting.
    """
    for name, value in vars(flags).items():
        setting = name.removeprefix("setting_")
        if name != setting and value is not None and setting not in ROLES[role]:
            flag = setting.replace("_", "-")
            raise InputError(f"--{flag} does nothing with --role {role}")


def require_secret(role: str, settings: Settings) -> None:
    """InputError where customers' ids would be hashed under a key that everybody knows."""
    reads_customers = role in ("all", "ingest")
    known = settings.customer_key.get_secret_value() == PUBLIC_KEY
    if reads_customers and known and not all(map(_is_here, (settings.bootstrap or "").split(","))):
        raise InputError(
            "PRICETIDE_CUSTOMER_KEY is not set: customer ids would be hashed under a key that "
            "everybody knows. Set it to a secret of your own, the same for all workers"
        )


def _is_here(server: str) -> bool:
    """Whether HOST:PORT is this machine's own."""
    host = server.strip().rpartition(":")[0].strip("[]")
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host in ("", "localhost")
