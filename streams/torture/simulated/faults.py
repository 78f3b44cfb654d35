"""What goes wrong in a run, drawn from its seed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from random import Random

from aiokafka import TopicPartition

from streams.journal import TOPIC as JOURNAL
from streams.pricer.snapshots import store
from streams.pricer.snapshots.codec import decode_part
from streams.torture.simulated.cluster import Cluster
from streams.torture.simulated.result import Fault
from streams.torture.simulated.world import Worker, World

#: ms that a clock jumps at most.
JUMP = 3_600_000
#: Seconds that a worker is frozen: mostly beyond its session, so that others take over and it wakes
#: as a zombie.
FREEZES = (0.2, 2.0, 7.0, 9.0, 14.0)


def plan(draw: Random, seconds: float) -> list[Fault]:
    """The faults of a run, in their order."""
    number = draw.choice([0, 1, 2, 3, 4, 6, 9])
    kinds = draw.sample(list(KINDS), min(len(KINDS), draw.randint(1, 6)))
    found = [Fault(draw.uniform(0.0, seconds), draw.choice(kinds)) for _ in range(number)]
    return sorted(found)


def _kill(world: World, worker: Worker) -> None:
    process = worker.process
    if process is not None and process.alive:
        process.strike_after(_turns(world.draw), partial(process.die, "killed"))


def _turns(draw: Random) -> int:
    """Any await of the next hundreds or so, the nearest ones most often."""
    return int(10 ** draw.uniform(0, 3))


def _freeze(world: World, worker: Worker) -> None:
    if worker.process is not None:
        world.loop.freeze(worker.process, world.draw.choice(FREEZES))


def _freeze_taker(world: World, worker: Worker) -> None:
    """Freeze a worker that is taking partitions: another takes them, too, and both go on."""
    process = worker.process
    if process is not None:
        seconds = world.draw.choice(FREEZES)
        worker.once_assigned = lambda: process.strike_after(
            _turns(world.draw), partial(world.loop.freeze, process, seconds)
        )
        _rebalance(world, worker)


def _stop(_: World, worker: Worker) -> None:
    worker.stop()


def _slow(world: World, _: Worker) -> None:
    world.weather.slowness = world.draw.choice([5.0, 30.0, 100.0])
    world.loop.call_later(world.draw.uniform(1, 4), setattr, world.weather, "slowness", 1.0)


def _lose(world: World, _: Worker) -> None:
    world.weather.lost = world.draw.choice([0.02, 0.1, 0.4])
    world.loop.call_later(world.draw.uniform(1, 4), setattr, world.weather, "lost", 0.0)


def _away(world: World, _: Worker) -> None:
    world.weather.away_until = world.loop.time() + world.draw.uniform(0.5, 8)


def _rebalance(world: World, _: Worker) -> None:
    for group in world.groups():
        group.rebalance()


def _fence(world: World, _: Worker) -> None:
    names = world.coordinator.names()
    if names:
        world.coordinator.initialise(world.draw.choice(names), world.timestamp())


def _jump(world: World, worker: Worker) -> None:
    worker.skew = world.draw.randint(-JUMP, JUMP)


def _again(world: World, _: Worker) -> None:
    world.glitches.again = 0.3
    world.loop.call_later(world.draw.uniform(1, 4), setattr, world.glitches, "again", 0.0)


def _left_out(world: World, _: Worker) -> None:
    world.glitches.left_out = 0.1
    world.loop.call_later(world.draw.uniform(0.5, 2), setattr, world.glitches, "left_out", 0.0)


def _compact(world: World, _: Worker) -> None:
    """The cleaner goes as far as it likes, so that parts of an older snapshot are gone."""
    for log in world.cluster.topics[store.TOPIC].logs:
        log.compact(world.draw.randint(0, log.end))


def _retain(world: World, _: Worker) -> None:
    """The journal before the newest whole snapshot goes."""
    for log in world.cluster.topics[JOURNAL].logs:
        log.cut(newest_snapshot(world.cluster, log.partition))


def newest_snapshot(cluster: Cluster, partition: int) -> int:
    """The journal offset of the newest snapshot that is whole and committed, 0 without any."""
    kept = cluster.log(TopicPartition(store.TOPIC, partition))
    records, _ = kept.read(kept.begin, kept.end)
    parts: dict[int, set[int]] = {}
    numbers: dict[int, int] = {}
    for record in records:
        if record.value and (record.key or b"").isdigit():
            part = decode_part(record.value)
            parts.setdefault(part.offset, set()).add(part.index)
            numbers[part.offset] = part.parts
    return max((at for at, those in parts.items() if len(those) == numbers[at]), default=0)


def _recreate(world: World, _: Worker) -> None:
    """A topic is deleted and made anew; what was not read is gone with it."""
    topic = world.draw.choice(["orders", "clickstream", "competitor-prices", "inventory"])
    world.cluster.recreate(topic, forget=world.draw.random() < 0.5)


KINDS: Mapping[str, Callable[[World, Worker], None]] = {
    "kill": _kill,
    "freeze": _freeze,
    "freeze taker": _freeze_taker,
    "stop": _stop,
    "slow": _slow,
    "lose": _lose,
    "away": _away,
    "rebalance": _rebalance,
    "fence": _fence,
    "jump": _jump,
    "again": _again,
    "left out": _left_out,
    "compact": _compact,
    "retain": _retain,
    "recreate": _recreate,
}


def strike(world: World, fault: Fault) -> None:
    """Let a fault happen."""
    KINDS[fault.kind](world, world.draw.choice(world.workers))
