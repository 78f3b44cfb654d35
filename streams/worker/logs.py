"""What a worker's log looks like."""

from __future__ import annotations

import json
import logging
import re
from datetime import UTC, datetime
from importlib.metadata import version

from streams.configuration.redacted import Redacted
from streams.configuration.settings import PUBLIC_KEY, Settings
from streams.kafka.clients import bootstrap
from streams.worker.repeated_lines import RepeatedLines

#: Libraries whose everyday steps are of no interest to whoever runs a worker.
_LIBRARIES = ("aiokafka", "faust", "kafka", "mode")
#: What aiokafka calls an error although it only has to ask again: Kafka's own names for it.
_ASKED_AGAIN = re.compile(
    r"GroupCoordinatorNotAvailable|CoordinatorNotAvailable|CoordinatorLoadInProgress"
    r"|GroupLoadInProgress|NotCoordinator|MemberIdRequired|UnknownTopicOrPartition"
    r"|NotLeaderForPartition|LeaderNotAvailable"
)


class AskedAgain(logging.Filter):
    """Makes notes of errors that pass by themselves, as on every first start of a cluster."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Always True: a line is never lost by this."""
        library = record.name.partition(".")[0] in _LIBRARIES
        if library and record.levelno >= logging.ERROR and _ASKED_AGAIN.search(record.getMessage()):
            record.levelno, record.levelname = logging.INFO, "INFO"
        return True


class JsonLines(logging.Formatter):
    """One JSON object a line: time, level, logger, message, and the traceback if there is one."""

    def format(self, record: logging.LogRecord) -> str:
        """The line."""
        line = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage().strip(),
        }
        if record.exc_info:
            line["exception"] = self.formatException(record.exc_info)
        return json.dumps(line, ensure_ascii=False)


def set_up(root: logging.Logger, level: int, settings: Settings) -> None:
    """Dress the log of a worker, once its handlers are there.

    Faust lets every record through to them; building aiokafka's debug records alone would cost a
    worker a twentieth of its time.
    """
    quiet = level if level < logging.INFO else max(level, logging.WARNING)
    for library in _LIBRARIES:
        logging.getLogger(library).setLevel(quiet if library != "aiokafka" else max(quiet, 20))
    for handler in root.handlers:
        handler.addFilter(Redacted(settings))
        handler.addFilter(AskedAgain())
        handler.addFilter(RepeatedLines())
        if settings.log_format == "json":
            handler.setFormatter(JsonLines())


def first_line(settings: Settings, role: str, policies: int) -> str:
    """What a worker says of itself at the start."""
    parts = [
        f"pricetide {version('pricetide')}",
        f"role {role}",
        f"Kafka at {bootstrap(settings)} ({settings.security_protocol})",
        f"app {settings.app}",
        f"instance {settings.instance or 'without a name'}",
        f"{settings.partitions} partitions",
        f"{policies} policies to publish" if policies else "policies as they are on the topic",
        f"metrics at {settings.metrics or 'no port'}",
    ]
    if settings.customer_key.get_secret_value() == PUBLIC_KEY:
        parts.append("customer ids hashed under the key that everybody knows")
    return ", ".join(parts)
