"""`pricetide torture`: let go wrong what can go wrong, and see that no price does."""

from __future__ import annotations

import argparse
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

from streams.errors import InputError
from streams.terminal.flags import at_least

if TYPE_CHECKING:
    from streams.configuration.settings import Settings
    from streams.kafka.broker.embedded import EmbeddedBroker

SUMMARY = "kill workers, lose answers, send rubbish: are all prices still exact?"
DESCRIPTION = """\
Let go wrong what can go wrong, and compare what was published with a run that nothing disturbed.

Real workers are killed, paused and stopped, and brokers restarted, for --seconds. It happens on
three brokers that are started for it, or on the Kafka of --bootstrap, such as your staging cluster:
in topics of its own, which are deleted at the end; its brokers are left alone.

With --hostile the workers get records that are made to end them, -n of them, while good offers are
priced beside. With --simulate the workers' own code runs over a Kafka in memory, in a time of its
own: kills at any await, freezes, lost answers, rebalances, fences, clocks that jump, topics made
anew. A seed is one run, and -n the number of runs. Without --seed the seeds are those of the day. A
run that goes wrong prints the command that repeats it.
"""
EXAMPLES = (
    "pricetide torture --seconds 300 --report torture.json",
    "pricetide torture --hostile -n 100000 --bootstrap staging:9092",
    "pricetide torture --simulate -n 1000",
    "pricetide torture --simulate --seed 42",
)
SETTINGS = ("bootstrap",)

#: Hostile records without a number; seconds of faults without a number; and their seed.
RECORDS, SECONDS, SEED = 10_000, 60.0, 1
BROKERS = 3


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's flags."""
    form = parser.add_mutually_exclusive_group()
    form.add_argument("--simulate", action="store_true", help="run seeds in memory")
    form.add_argument("--hostile", action="store_true", help="send hostile records")
    parser.add_argument(
        "--seed", type=int, metavar="N", help="the seed (default: 1; of the day with --simulate)"
    )
    parser.add_argument(
        "-n",
        "--number",
        type=at_least(1),
        metavar="N",
        help="hostile records (default 10000); runs (default 300, and 1 with --seed)",
    )
    parser.add_argument(
        "--seconds",
        type=float,
        metavar="N",
        help="how long (default 60); with --simulate: begin no run after this time",
    )
    parser.add_argument(
        "--first", action="store_true", help="with --simulate: end at the first that goes wrong"
    )
    parser.add_argument(
        "--report", type=Path, metavar="FILE", help="add what was found to this JSON file"
    )


def run(options: argparse.Namespace, settings: Settings) -> int:
    """Run one of the three."""
    if options.simulate:
        from streams.torture.simulation import simulate

        return simulate(
            options.seed, options.number, options.seconds, options.report, to_first=options.first
        )
    if options.hostile and options.seconds is not None:
        raise InputError("--seconds does nothing with --hostile")
    if not options.hostile and options.number is not None:
        raise InputError("-n does nothing without --hostile or --simulate")
    if options.first:
        raise InputError("--first does nothing without --simulate")
    seed = SEED if options.seed is None else options.seed
    with ExitStack() as stack:
        broker: EmbeddedBroker | None = None
        if settings.bootstrap is None:
            from streams.kafka.broker.embedded import EmbeddedBroker

            broker = stack.enter_context(EmbeddedBroker(brokers=1 if options.hostile else BROKERS))
            settings = settings.model_copy(update={"bootstrap": broker.bootstrap})
        if options.hostile:
            from streams.torture.live.hostile import hostile

            return hostile(settings, options.number or RECORDS, seed, options.report)
        from streams.torture.live.kills import kills

        return kills(settings, options.seconds or SECONDS, seed, options.report, broker)
