"""Whether all who write to the journal have the settings that it depends on."""

from __future__ import annotations

from typing import Any

from mode import Service

from streams.configuration.agreement import (
    StrangerError,
    decoded,
    of_ingest,
    require_agreement,
)
from streams.configuration.settings import Settings
from streams.journal.tail import tail
from streams.kafka.app import die
from streams.kafka.errors import UNANSWERED

#: Seconds until it is looked at again: of two that start at once, neither sees the other's.
PAUSE_SECONDS = 60.0


class SettingsWatch(Service):  # type: ignore[misc]
    """Ends a worker whose settings are not those under which the journal's last record was written;
    to be started before ingest.
    """

    def __init__(self, settings: Settings, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._settings = settings

    async def on_start(self) -> None:
        """Look before anything is read."""
        await self._look()

    @Service.task  # type: ignore[untyped-decorator]
    async def _run(self) -> None:
        while not self.should_stop:
            await self.sleep(PAUSE_SECONDS)
            try:
                await self._look()
            except UNANSWERED:
                continue  # who reads and writes notices whether Kafka is away

    async def _look(self) -> None:
        theirs = decoded((await tail(self._settings)).settings)
        where = "the last record of the journal"
        try:
            require_agreement(self._settings, of_ingest(self._settings), theirs, where)
        except StrangerError as error:
            die("ingest stops", error)
