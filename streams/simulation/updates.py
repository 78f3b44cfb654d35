"""Trained models for the contenders of `--policies`, as `pricetide train` writes them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from online_models.fold.facts.models import accept_update
from online_models.fold.state import FoldSettings, State
from schemas.records.record import RecordError
from schemas.topics import decode
from streams.errors import InputError
from streams.recording.reader import Recording

TOPIC = "model-updates"


def load(paths: Sequence[Path]) -> str:
    """The values of the topic's records as a JSON array, in their order.

    InputError where there is none, where the pricer refuses one, and where a part is missing: it
    would compete with other models than it was given.
    """
    state, values, verdict = State(FoldSettings()), [], None
    for entry in Recording(paths, [TOPIC]):
        value = entry.value or b""
        try:
            verdict = accept_update(state, decode(TOPIC, value))
        except RecordError as error:
            raise InputError(f"--updates: offset {entry.offset}: {error}") from None
        if verdict.kind == "rejected":
            raise InputError(f"--updates: offset {entry.offset}: {verdict.reason}")
        values.append(value.decode())
    if verdict is None:
        raise InputError(f"--updates: there are no records of {TOPIC}")
    if verdict.kind == "pending":
        raise InputError("--updates: parts of the last version are missing")
    return f"[{','.join(values)}]"
