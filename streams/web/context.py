"""What every page and path of the API works with."""

from __future__ import annotations

from dataclasses import dataclass

from fastapi import Request
from sqlalchemy import Engine

from streams.configuration.settings import Settings
from streams.web.access.oidc import OidcSignIn
from streams.web.access.rules import AccessRules
from streams.web.outbox import Outbox
from streams.web.preview.jobs import Previews
from streams.web.store.progress import Progress
from streams.web.store.summary import StoreSummary
from streams.web.words.figures import Figures
from streams.web.worker_watch import WorkerWatch


@dataclass(frozen=True)
class Context:
    """Made once for an application."""

    settings: Settings
    store: Engine
    progress: Progress
    summary: StoreSummary
    outbox: Outbox
    rules: AccessRules
    figures: Figures
    form_key: bytes
    previews: Previews
    workers: WorkerWatch
    oidc: OidcSignIn | None = None


def context_of(request: Request) -> Context:
    """The application's."""
    found: Context = request.app.state.context
    return found
