"""A file of policies, as `--policies` takes it: a JSON array of policies, or one policy."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import msgspec

from schemas.records.record import RecordError
from schemas.topics import decode
from streams.configuration.unknown_fields import unknown_fields
from streams.errors import InputError

TOPIC = "pricing-policies"


class PolicyFileError(InputError):
    """A policy file that cannot be used; the message names the file, the policy and the field."""


class PolicyRecord(NamedTuple):
    """A policy as a record of its topic."""

    key: str
    value: bytes


def load(path: Path) -> list[PolicyRecord]:
    """The policies of a file, in its order; PolicyFileError says what is wrong with it."""
    try:
        document = msgspec.json.decode(path.read_bytes())
    except OSError as error:
        raise PolicyFileError(f"{path}: {error.strerror}") from error
    except RecursionError:
        raise PolicyFileError(f"{path}: JSON is nested too deeply") from None
    except (msgspec.MsgspecError, ValueError) as error:
        raise PolicyFileError(f"{path}: not JSON: {error}") from error
    policies = document if isinstance(document, list) else [document]
    records = []
    for i, policy in enumerate(policies):
        value = msgspec.json.encode(policy)
        where = f"{path}: policy {i + 1} of {len(policies)}"
        try:
            record = decode(TOPIC, value)
        except RecordError as error:
            raise PolicyFileError(f"{where}: {error}") from error
        # on the topic a field may be that of a later release; in a file it would do nothing unseen
        if unknown := list(unknown_fields(record, policy)):
            raise PolicyFileError(f"{where}: {'; '.join(unknown)}")
        records.append(PolicyRecord(record.policy_id, value))
    seen: set[str] = set()
    for record in records:
        if record.key in seen:
            raise PolicyFileError(f"{path}: policy_id {record.key!r} occurs twice")
        seen.add(record.key)
    return records
