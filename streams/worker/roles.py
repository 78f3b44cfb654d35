"""What a worker may do, and which settings each role reads."""

from __future__ import annotations

import argparse

from streams.errors import InputError

_KAFKA = {"bootstrap", "app", "instance", "partitions", "metrics"}
_DAYS = {"bucket", "lateness", "timezone"}
_PRICE = {"delivery", "transaction_ms", "snapshot_seconds", "ack_timeout"}
_TRAIN = {"training", "train_every", "train_days", "train_models"}

#: Role → the settings that it reads.
ROLES = {
    "all": _KAFKA | _DAYS | _PRICE,
    "ingest": _KAFKA | _DAYS,
    "price": _KAFKA | _DAYS | _PRICE,
    "train": _KAFKA | _TRAIN,
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
