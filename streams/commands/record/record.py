"""`pricetide record`: topics to files."""

from __future__ import annotations

import argparse
import asyncio
import signal
from pathlib import Path

from streams.configuration.settings import Settings
from streams.errors import ExpectedError, InterruptedCommand
from streams.kafka.clients import bootstrap
from streams.recording.entry import RecordingError
from streams.recording.recorder import Recorder
from streams.recording.writer import RecordingWriter
from streams.terminal.progress import progress

SUMMARY = "keep topics as files"
DESCRIPTION = """\
Keep topics as files: DIR/TOPIC.jsonl.gz, one JSON line per record, in the order of their time.

It records what is committed, up to the topics' present end; with --follow on and on, until SIGINT
(Ctrl-C) or SIGTERM. A file appears under its name when it is complete, and then replaces that of an
earlier recording.
"""
EXAMPLES = ("pricetide record orders products --out recordings/monday --bootstrap kafka:9092",)
SETTINGS = ("bootstrap",)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's flags."""
    parser.add_argument("topics", nargs="+", metavar="TOPIC", help="a topic to record")
    parser.add_argument(
        "--out", type=Path, required=True, metavar="DIR", help="folder of the recording"
    )
    parser.add_argument(
        "--follow", action="store_true", help="go on past the present end, until stopped"
    )


def run(options: argparse.Namespace, settings: Settings) -> int:
    """Record, and say how many records each topic had."""
    bootstrap(settings)
    try:
        counts = asyncio.run(record(settings, options.topics, options.out, follow=options.follow))
    except RecordingError as error:
        raise ExpectedError(str(error)) from None
    for topic, count in counts.items():
        print(f"{topic}: {count} records")
    return 0


async def record(
    settings: Settings, topics: list[str], folder: Path, *, follow: bool
) -> dict[str, int]:
    """Record topics into a folder until their end, or a signal; return counts by topic."""
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    unique = list(dict.fromkeys(topics))
    with RecordingWriter(folder) as writer, progress("offsets") as show:
        recorder = Recorder(settings, unique, writer, show)
        if not await recorder.run(follow=follow, stop=stop):
            raise InterruptedCommand("interrupted; nothing was recorded")
    return {topic: writer.counts[topic] for topic in unique}
