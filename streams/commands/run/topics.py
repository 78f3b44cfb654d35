"""`pricetide topics`: create or check every topic, and end what hangs in them."""

from __future__ import annotations

import argparse
from collections.abc import Iterator

from schemas.topics import TOPICS
from streams.configuration.settings import Settings
from streams.errors import InputError
from streams.kafka.access import ROLES, grant
from streams.kafka.admin import TopicsReport, create_topics
from streams.kafka.clients import client, names
from streams.kafka.hanging import hanging_transactions

SUMMARY = "create or check every topic"
DESCRIPTION = """\
Create every topic that is missing, with its settings, and compare those that exist.

Settings that differ are reported and left alone: operators may have their reasons. A change of the
number of partitions is refused: it would change the prices.

With --end-hanging it ends the transactions that hang in these topics, and touches nothing else: a
broker's fault has left them without an end, and whoever reads committed records waits at them.
Beside --check it names them only.

With --grant it allows a user of Kafka what its role needs and no more, and touches no topic:
  all, ingest, price, train   a worker of that role; price also for `pricetide rebuild`
  archive  read the journal
  forecast write demand-forecasts, read demand-observations and products
  redrive  send refused and quarantined records again
  feed     write orders, clicks, competitors' prices, products, stock and promotions
  feed-TOPIC  write one of these alone: feed-clickstream for clicks
  apply    read price-changes, write price-acks; the group of the user's name, and USER-*
  steer    write policies and control, and so decide the prices
  look     read all outputs, as the console does
"""
EXAMPLES = (
    "pricetide topics --bootstrap kafka:9092 --replication 3",
    "pricetide topics --bootstrap kafka:9092 --end-hanging",
    "pricetide topics --bootstrap kafka:9092 --grant User:shop --role apply",
)
SETTINGS = ("bootstrap", "app", "partitions")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's flags."""
    parser.add_argument(
        "--replication",
        type=int,
        metavar="N",
        help="replication factor of new topics (default: the cluster's)",
    )
    parser.add_argument(
        "--check",
        action="store_true",
        help="change nothing; exit status 1 where a topic is missing or differs",
    )
    parser.add_argument(
        "--end-hanging",
        action="store_true",
        help="end transactions that hang; with --check exit status 1 where there are any",
    )
    parser.add_argument("--grant", metavar="User:NAME", help="allow this user what --role needs")
    parser.add_argument("--role", choices=tuple(ROLES), help="with --grant")


def run(options: argparse.Namespace, settings: Settings) -> int:
    """Create or check the topics, or grant rights; 1 where a check finds a difference."""
    if options.replication is not None and options.replication < 1:
        raise InputError("--replication must be at least 1")
    if (options.grant is None) != (options.role is None):
        raise InputError("--grant and --role go together")
    if options.grant is not None:
        kind, _, name = options.grant.partition(":")
        if not (kind and name):
            raise InputError(f"{options.grant!r} is no User:NAME")
        granted = grant(
            client(settings), options.grant, options.role, settings.app, names(settings)
        )
        for right in granted:
            print(f"{options.grant} may {right}")
        return 0
    if options.end_hanging:
        return end_hanging(settings, check=options.check)
    report = create_topics(
        client(settings),
        names(settings).of(TOPICS.values()),
        partitions=settings.partitions,
        replication=options.replication,
        check=options.check,
    )
    print("\n".join(lines(report, check=options.check)))
    return int(options.check and bool(report.missing or report.differences))


def end_hanging(settings: Settings, *, check: bool) -> int:
    """End the transactions that hang; 1 where a check finds any."""
    ours = [topic.name for topic in names(settings).of(TOPICS.values())]
    found = hanging_transactions(client(settings), ours, end=not check)
    for each in found:
        print(f"{'hangs' if check else 'ended'}  {each}")
    print(f"{len(found)} transactions {'hang' if check else 'were hanging'}")
    return int(check and bool(found))


def lines(report: TopicsReport, *, check: bool) -> Iterator[str]:
    """The report as lines of text."""
    for name in report.missing:
        yield f"{'missing' if check else 'created'}  {name}"
    for each in report.differences:
        yield f"differs  {each.topic}: {each.setting} is {each.found}, not {each.wanted}"
        if each.setting == "cleanup.policy" and "compact" in each.found:
            yield (
                f"         while {each.topic} is compacted, Kafka refuses records without a key "
                "there: give each a key, or set cleanup.policy=delete (kafka-configs --alter)"
            )
    yield f"{len(report.existing)} topics exist, {len(report.missing)} " + (
        "are missing" if check else "were created"
    )
