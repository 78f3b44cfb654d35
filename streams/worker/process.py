"""The services of a worker, in the frame that runs them."""

from __future__ import annotations

import logging
import signal
import socket
from collections.abc import Callable
from typing import Any

import faust
from mode import Service, Worker

from streams.configuration.settings import Settings
from streams.ingest.service import Ingest
from streams.kafka import app as frame
from streams.metrics.instruments import JOURNAL_PARTITIONS
from streams.metrics.server import MetricsServer
from streams.pricer.agent import Pricer
from streams.stopping import begin_stop, end, time_stops
from streams.trainer.service import Trainer
from streams.worker.contact import Contact
from streams.worker.hanging import HangingTransactions
from streams.worker.logs import first_line, set_up
from streams.worker.promoter import Promoter
from streams.worker.settings_watch import SettingsWatch

logger = logging.getLogger(__name__)


class _Ours:
    """What a worker says, and how it stops, whatever the frame."""

    #: Set before it runs.
    settings: Settings
    said_first: str
    #: What ended it, if it did not stop.
    crash_reason: BaseException | None

    def on_setup_root_logger(self, root: logging.Logger, level: int) -> None:
        """Called once logging is set up."""
        set_up(root, level, self.settings)
        logger.info(self.said_first)

    def install_signal_handlers(self) -> None:
        """Called once the loop is there."""
        super().install_signal_handlers()  # type: ignore[misc]
        time_stops()

    def _schedule_shutdown(self, number: signal.Signals) -> None:
        begin_stop()
        super()._schedule_shutdown(number)  # type: ignore[misc]

    def _shutdown_loop(self) -> None:
        """Called once every service has stopped."""
        if self.crash_reason is None:
            end()
        super()._shutdown_loop()  # type: ignore[misc]


class _Worker(_Ours, faust.Worker):  # type: ignore[misc]
    """Ingest and pricer, or the pricer alone."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        # Faust's own writes what moves a terminal's cursor, into log files, too
        self.spinner = None


class _PlainWorker(_Ours, Worker):  # type: ignore[misc]
    """Ingest or the trainer alone, without Faust's frame."""


def build(
    role: str, log: str, settings: Settings, port: socket.socket | None, policies: int
) -> Worker:
    """The worker of a role; at `port` it answers for its metrics and health. `policies` is how many
    it was given.
    """
    worker = _build(role, log, settings, port)
    worker.spinner = None  # it moves a cursor, in files and pipes, too
    worker.settings, worker.said_first = settings, first_line(settings, role, policies)
    return worker


def _build(role: str, log: str, settings: Settings, port: socket.socket | None) -> Any:
    services: list[Service] = []
    readiness: list[Callable[[], bool]] = []
    if port is not None:
        contact = Contact(settings)
        services += [MetricsServer(port, lambda: all(ready() for ready in readiness)), contact]
        readiness.append(lambda: contact.there)
    if settings.otlp is not None:
        # imported here: it loads a library that only those need who set it
        from streams.metrics.otlp import OtlpMetrics

        services.append(OtlpMetrics(settings.otlp, settings.app, settings.instance))
    if role in ("all", "ingest", "price"):
        services.append(HangingTransactions(settings))
    if role in ("all", "ingest"):
        ingest = Ingest(settings)
        services += [SettingsWatch(settings), ingest]
        readiness.append(lambda: ingest.ready)
    elif role == "train":
        services += [Trainer(settings), Promoter(settings)]
    if role in ("ingest", "train"):
        return _PlainWorker(*services, loglevel=log, redirect_stdouts=False, quiet=True)
    if role == "forecast":
        # imported here: River's time series and metrics load scikit-learn, which no pricer uses
        from streams.forecast.agent import ForecastAgent

        app = frame.create(settings, f"{settings.app}-forecast")
        agent = ForecastAgent(app, settings)
        readiness.append(lambda: agent.ready)
        return _Worker(app, *services, loglevel=log, redirect_stdouts=False, quiet=True)
    JOURNAL_PARTITIONS.set(settings.partitions)
    app = frame.create(settings, settings.app)
    pricer = Pricer(app, settings)
    if role == "all":
        ingest.hand_on = pricer.offer
    readiness.append(lambda: pricer.ready)
    return _Worker(app, *services, loglevel=log, redirect_stdouts=False, quiet=True)
