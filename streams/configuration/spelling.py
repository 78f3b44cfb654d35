"""The names of variables that are settings, and those that look as if they were."""

from __future__ import annotations

import re
from collections.abc import Iterable
from difflib import get_close_matches

from pydantic_settings import BaseSettings, SettingsError

PREFIX = "PRICETIDE_"
CONFIG = f"{PREFIX}CONFIG"
#: Variables of Kubernetes, and of Docker's links, for services whose names begin like ours.
_SERVICE = re.compile(
    r"PRICETIDE_(\w+_)?(SERVICE_(HOST|PORT\w*)|PORT(_\d+_(TCP|UDP|SCTP)(_(PROTO|PORT|ADDR))?)?)"
)
#: Between a setting that is a table and its keys: `PRICETIDE_TOPICS__ORDERS__NAME`.
NESTED = "__"
NESTING = frozenset({f"{PREFIX}TOPICS"})
#: How like a setting's name such a variable must be to count as a misspelling of it, 0 to 1.
CLOSE = 0.9


def require_spelling(settings_cls: type[BaseSettings], variables: Iterable[str]) -> None:
    """SettingsError for a variable that is no setting, and would do nothing.

    Those that an orchestrator makes of the name of a service (`PRICETIDE_SERVICE_HOST`) are let
    pass.
    """
    known = {f"{PREFIX}{name.upper()}" for name in settings_cls.model_fields} | {CONFIG}
    for variable in sorted(variables):
        upper = variable.upper()
        name, *_ = upper.removeprefix(PREFIX).split(NESTED)
        own = upper in known or (f"{PREFIX}{name}" in NESTING and NESTED in upper)
        if upper.startswith(PREFIX) and upper != PREFIX and not own:
            near = get_close_matches(upper, known, n=1)
            if not _SERVICE.fullmatch(upper) or get_close_matches(upper, known, n=1, cutoff=CLOSE):
                raise SettingsError(
                    f"{variable}: no such setting{f'; perhaps {near[0]}?' if near else ''}"
                )
