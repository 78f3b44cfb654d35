"""`pricetide record`."""

from __future__ import annotations

import argparse
import asyncio
import logging
import signal
import sys
from pathlib import Path

from aiokafka.errors import KafkaError as AIOKafkaError
from kafka.errors import KafkaError
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from streams.configuration.settings import Settings
from streams.kafka.admin import TopicsError
from streams.kafka.clients import client
from streams.kafka.kafka_record import UnreadableError
from streams.recording.error import RecordingError
from streams.recording.recorder import Recorder
from streams.recording.writer import RecordingWriter

DESCRIPTION = """\
Keep topics as files: DIR/TOPIC.jsonl.gz, one JSON line per record, in the order of their time.

It records what is committed, up to the topics' present end; with --follow on and on, until SIGINT
(Ctrl-C) or SIGTERM. A file appears under its name when it is complete, and then replaces that of an
earlier recording.

Example:
  pricetide record orders products --out recordings/monday --bootstrap kafka:9092
"""

SETTINGS = ("bootstrap",)
INTERRUPTED = 130


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's flags."""
    parser.add_argument("topics", nargs="+", metavar="TOPIC", help="a topic to record")
    parser.add_argument(
        "--out", type=Path, required=True, metavar="DIR", help="folder of the recording"
    )
    parser.add_argument(
        "--follow", action="store_true", help="go on past the present end, until stopped"
    )


def main(args: argparse.Namespace, settings: Settings) -> int:
    """Record; return the exit status."""
    options = client(settings)
    # Kafka's clients log each attempt to connect; one line from here is enough.
    for name in ("aiokafka", "kafka"):
        logging.getLogger(name).setLevel(logging.CRITICAL)
    try:
        counts = asyncio.run(record(options, args.topics, args.out, follow=args.follow))
    except (RecordingError, TopicsError, UnreadableError) as error:
        print(f"pricetide record: {error}", file=sys.stderr)
        return 1
    except (KafkaError, AIOKafkaError, OSError) as error:
        print(f"pricetide record: Kafka at {settings.bootstrap}: {error}", file=sys.stderr)
        return 1
    except Interrupted:
        print("pricetide record: interrupted; nothing was recorded", file=sys.stderr)
        return INTERRUPTED
    for topic, count in counts.items():
        print(f"{topic}: {count} records")
    return 0


class Interrupted(Exception):  # noqa: N818
    """Stopped before the topics' end was reached."""


async def record(
    options: dict[str, object], topics: list[str], folder: Path, *, follow: bool
) -> dict[str, int]:
    """Record topics into a folder until their end, or a signal; return counts by topic."""
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
    )
    unique = list(dict.fromkeys(topics))
    console = Console(stderr=True)
    with (
        RecordingWriter(folder) as writer,
        Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as bar,
    ):
        task = bar.add_task("offsets", total=None)
        recorder = Recorder(
            options,
            unique,
            writer,
            lambda done, total: bar.update(task, completed=done, total=total),
        )
        if not await recorder.run(follow=follow, stop=stop):
            raise Interrupted
    return {topic: writer.counts[topic] for topic in unique}
