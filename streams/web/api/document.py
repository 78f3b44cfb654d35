"""The OpenAPI document, as it is checked in: `python -m streams.web.api.document` writes it."""

from __future__ import annotations

from pathlib import Path

import msgspec

from streams.configuration.settings import Settings
from streams.web.access.rules import AccessRules
from streams.web.application import application
from streams.web.context import Context
from streams.web.outbox import Outbox
from streams.web.preview.jobs import Previews
from streams.web.store.database import open_store
from streams.web.store.progress import Progress
from streams.web.store.summary import StoreSummary
from streams.web.words.figures import Figures
from streams.web.worker_watch import WorkerWatch

PATH = Path(__file__).parents[3] / "docs" / "openapi.json"


def document() -> str:
    """The document, as text."""
    store, settings, figures = open_store("sqlite://"), Settings(), Figures()
    context = Context(
        settings,
        store,
        Progress(),
        StoreSummary(store, figures),
        Outbox(settings),
        AccessRules(frozenset()),
        figures,
        b"",
        Previews(settings),
        WorkerWatch(settings),
    )
    found = msgspec.json.encode(application(context).openapi())
    store.dispose()
    return msgspec.json.format(found, indent=1).decode() + "\n"


if __name__ == "__main__":
    PATH.write_text(document(), encoding="utf-8")
