"""What an experiment consists of: markets, contenders and seeds, checked before any run."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from online_models.fold.facts.models import accept_update
from online_models.fold.state import FoldSettings, State
from online_models.market import UnknownPartError, parts
from online_models.market.contenders import CONTENDERS
from schemas.records.record import RecordError
from schemas.topics import decode
from streams.configuration.policy_file import load
from streams.errors import InputError
from streams.recording.reader import Recording
from streams.simulation.cells import Entrant

MODEL_UPDATES = "model-updates"


def known_markets(text: str) -> list[str]:
    """The markets of a comma-separated list; InputError names a part that does not exist."""
    markets = text.split(",")
    try:
        for market in markets:
            parts(market)
    except UnknownPartError as error:
        raise InputError(str(error)) from None
    return markets


def entrants(names: str, policies: Sequence[Path], updates: Sequence[Path]) -> list[Entrant]:
    """Contenders by name, and one for each policy file, named by the file.

    Those of policy files price with the models of `updates`.
    """
    chosen = names.split(",")
    if unknown := [name for name in chosen if name not in CONTENDERS]:
        raise InputError(f"--contenders: none is named {', '.join(unknown)}")
    if updates and not policies:
        raise InputError("--updates: needs --policies, whose contenders price with them")
    models = trained_models(updates) if updates else "[]"
    found = [Entrant(name) for name in chosen]
    for path in policies:
        if path.stem in {entrant.name for entrant in found}:
            raise InputError(f"--policies: {path.stem!r} competes already; rename {path.name}")
        values = [record.value.decode() for record in load(path)]
        found.append(Entrant(path.stem, f"[{','.join(values)}]", models))
    return found


def trained_models(paths: Sequence[Path]) -> str:
    """Trained models as `pricetide train` writes them: the values of the topic's records as a JSON
    array, in their order.

    InputError where there is none, where the pricer refuses one, and where a part is missing: it
    would compete with other models than it was given.
    """
    state, values, verdict = State(FoldSettings()), [], None
    for entry in Recording(paths, [MODEL_UPDATES]):
        value = entry.value or b""
        try:
            verdict = accept_update(state, decode(MODEL_UPDATES, value))
        except RecordError as error:
            raise InputError(f"--updates: offset {entry.offset}: {error}") from None
        if verdict.kind == "rejected":
            raise InputError(f"--updates: offset {entry.offset}: {verdict.reason}")
        values.append(value.decode())
    if verdict is None:
        raise InputError(f"--updates: there are no records of {MODEL_UPDATES}")
    if verdict.kind == "pending":
        raise InputError("--updates: parts of the last version are missing")
    return f"[{','.join(values)}]"


def sales_rates(text: str) -> list[float]:
    """Units a day per offer, of a comma-separated list."""
    rates = []
    for each in text.split(","):
        try:
            rate = float(each)
        except ValueError:
            raise InputError(f"--sales: {each!r} is not a number") from None
        if not 0.0 < rate < 1e6:
            raise InputError(f"--sales: {each} is not between 0 and a million")
        rates.append(rate)
    return rates
