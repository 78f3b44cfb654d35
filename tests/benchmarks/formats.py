"""How fast events come in as Avro with a schema registry, beside the same events as bare JSON.

The whole path on a Kafka of its own, as in `tests.benchmarks.ours`: events that wait in the topics,
one worker that takes them in and one that prices. The two forms take turns, so that what disturbs
one disturbs the other; medians count.

python -m tests.benchmarks.formats [--runs N] [--events N]
"""

from __future__ import annotations

import argparse
import asyncio
import io
import json
import logging
import sys
import tempfile
from collections.abc import Callable, Iterator
from statistics import median

import fastavro
import msgspec

from schemas.export.avro import avro_schema
from schemas.topics import TOPICS
from streams.configuration.policy_file import load as policies
from streams.configuration.settings import Settings
from streams.formats.framing import frame
from streams.kafka.broker import EmbeddedBroker
from streams.pricer.publish_policies import publish
from tests.benchmarks import ours
from tests.benchmarks.load import TRAFFIC, Event, create_topics, events, fill, products
from tests.streams.formats.registry_server import RegistryServer, running

FORMS = ("json", "avro")


def main() -> int:
    """Run both forms in turns and report."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=3, help="of each form (default 3)")
    parser.add_argument("--events", type=int, default=400_000, help="default 400,000")
    parser.add_argument("--offers", type=int, default=5_000, help="default 5,000")
    args = parser.parse_args()
    logging.getLogger("aiokafka").setLevel(logging.CRITICAL)
    found: dict[str, list[ours.Throughput]] = {form: [] for form in FORMS}
    with running() as registry:
        for _ in range(args.runs):
            for form in FORMS:
                measured = asyncio.run(_measured(form, registry, args))
                found[form].append(measured)
                print(f"{form}: {_row(measured)}", file=sys.stderr, flush=True)
    rates = {form: median(each.rate for each in found[form]) for form in FORMS}
    costs = {form: median(map(_ingest_us, found[form])) for form in FORMS}
    print("| form | events/s | CPU µs an event, ingest |", "|---|--:|--:|", sep="\n")
    for form in FORMS:
        print(f"| {form} | {rates[form]:,.0f} | {costs[form]:.1f} |")
    print(f"\navro has {rates['avro'] / rates['json']:.2f} of the rate of json, one ingest worker;")
    print(f"{costs['json'] / costs['avro']:.2f} by the CPU time that it takes")
    return 0


async def _measured(
    form: str, registry: RegistryServer, args: argparse.Namespace
) -> ours.Throughput:
    load: Iterator[Event] = events(args.events, args.offers, ours.EVENT_RATE)
    variables = {}
    if form == "avro":
        load = in_avro(load, registry)
        folder = tempfile.mkdtemp(prefix="bench-schemas-")
        variables = {"PRICETIDE_REGISTRY": registry.url, "PRICETIDE_REGISTRY_CACHE": folder}
    with EmbeddedBroker() as broker:
        await create_topics(broker.bootstrap)
        await publish(Settings(bootstrap=broker.bootstrap), policies(ours.policies()))
        await fill(broker.bootstrap, products(args.offers))
        (pid,) = broker.pids
        assert pid is not None
        return await ours.throughput_of(broker.bootstrap, pid, load, variables)


def in_avro(load: Iterator[Event], registry: RegistryServer) -> Iterator[Event]:
    """The events as a registry's serializer writes them, under the schemas that we publish."""
    write = {topic: _writer(topic, registry) for topic in TRAFFIC}
    for event in load:
        yield event._replace(value=write[event.topic](event.value))


def _writer(topic: str, registry: RegistryServer) -> Callable[[bytes], bytes]:
    declared = avro_schema(TOPICS[topic])
    number = registry.add(f"{topic}-value", declared)
    # the values have their times in ms as plain numbers
    parsed = fastavro.parse_schema(
        json.loads(json.dumps(declared).replace(', "logicalType": "timestamp-millis"', ""))
    )

    def write(value: bytes) -> bytes:
        target = io.BytesIO()
        fastavro.schemaless_writer(target, parsed, msgspec.json.decode(value))
        return frame(number, target.getvalue())

    return write


def _ingest_us(measured: ours.Throughput) -> float:
    return measured.cpu["ingest"] / measured.events * 1e6


def _row(measured: ours.Throughput) -> str:
    cpu = ", ".join(
        f"{role} {seconds / measured.events * 1e6:.1f} µs" for role, seconds in measured.cpu.items()
    )
    return f"{measured.rate:,.0f} events/s; CPU an event: {cpu}"


if __name__ == "__main__":
    sys.exit(main())
