"""What the forecasters of a partition know, in a file that is complete or absent.

It holds data, and no code: `online_models.demand.river.state` builds objects of River and of a few
builtin types from it and calls nothing else, whatever the file says. Nothing is ever unpickled, and
nothing of it comes over Kafka. The folder is the worker's own, and the file readable by its user
alone. A model of somebody's own cannot be written so: it learns the observations anew at a start.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from online_models.demand.river import state as river_state
from online_models.forecasting.forecaster import Forecaster

logger = logging.getLogger(__name__)


class Checkpoint:
    """The file of one partition of an app in `folder`."""

    def __init__(self, folder: Path, app: str, partition: int) -> None:
        self._path = folder / f"{app}-{partition}.state"

    def save(
        self, forecasters: Mapping[str, Forecaster], positions: Mapping[str, int], begin: int
    ) -> None:
        """Write what each knows of the records below its position; from `begin` on they are to be
        read again.
        """
        states = {}
        for name, forecaster in forecasters.items():
            try:
                states[name] = forecaster.version, river_state.encode(forecaster.state())
            except river_state.RiverStateError as error:
                logger.info("%s is not kept over a restart: %s", name, error)
        self._path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        unfinished = self._path.with_suffix(f".{os.getpid()}.part")
        flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC
        with os.fdopen(os.open(unfinished, flags, 0o600), "wb") as file:
            known = {"begin": begin, "positions": dict(positions), "states": states}
            file.write(river_state.encode(known))
            file.flush()
            os.fsync(file.fileno())
        unfinished.replace(self._path)

    def restore(self, forecasters: Mapping[str, Forecaster]) -> tuple[dict[str, int], int]:
        """Let the forecasters go on as saved; the first record that each has not learnt (0 where
        there is nothing of it, or its description has changed since), and where to begin to read.
        """
        positions, begin = dict.fromkeys(forecasters, 0), 0
        try:
            found: Any = river_state.decode(self._path.read_bytes())
            for name, forecaster in forecasters.items():
                version, state = found["states"].get(name, (None, b""))
                if version == forecaster.version:
                    forecaster.restore(river_state.decode(state))
                    positions[name] = found["positions"][name]
            begin = found["begin"]
        except FileNotFoundError:
            pass
        except (river_state.RiverStateError, KeyError, ValueError, OSError) as error:
            logger.warning("%s cannot be used, observations are learnt anew: %s", self._path, error)
        return positions, begin
