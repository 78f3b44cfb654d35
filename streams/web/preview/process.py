"""Trials in a process of their own: they take memory and time, and the console goes on."""

from __future__ import annotations

import asyncio
from multiprocessing import get_context
from multiprocessing.connection import Connection

import msgspec

from schemas.records.policy.pricing_policies import Policy
from schemas.topics import decode
from streams.configuration.settings import Settings
from streams.errors import ExpectedError
from streams.journal import TOPIC as JOURNAL
from streams.recording.recorder import partition_counts
from streams.web.preview.outcome import PolicyTrial

#: A trial that takes longer has met something that it will not get over.
LONGEST_SECONDS = 300.0


class PreviewError(Exception):
    """No trial; the message says why."""


def previewed(settings: Settings, document: bytes) -> PolicyTrial:
    """Try a policy, JSON, on the state of every partition, in another process; blocks until done.

    PreviewError where the state cannot be had.
    """
    context = get_context("spawn")
    ours, theirs = context.Pipe(duplex=False)
    child = context.Process(target=_child, args=(theirs, settings, document), daemon=True)
    child.start()
    theirs.close()
    try:
        if not ours.poll(LONGEST_SECONDS):
            raise PreviewError(f"it took longer than {LONGEST_SECONDS:.0f} seconds")
        said = ours.recv_bytes()
    except EOFError:
        raise PreviewError("the trial's process ended before its time") from None
    finally:
        child.kill()
        child.join()
        ours.close()
    if said.startswith(b"!"):
        raise PreviewError(said[1:].decode())
    return msgspec.json.decode(said, type=PolicyTrial)


def _child(theirs: Connection, settings: Settings, document: bytes) -> None:
    try:
        theirs.send_bytes(msgspec.json.encode(asyncio.run(_all(settings, document))))
    except ExpectedError as error:
        theirs.send_bytes(b"!" + str(error).encode())


async def _all(settings: Settings, document: bytes) -> PolicyTrial:
    # here, and not for the console, which prices nothing
    from streams.pricer.recovery import recover
    from streams.web.preview.trial import POLICIES, tried

    active = msgspec.json.encode(msgspec.json.decode(document) | {"status": "active"})
    policy = decode(POLICIES, active)
    assert isinstance(policy, Policy)
    total = PolicyTrial()
    for partition in range(partition_counts(settings, [JOURNAL])[JOURNAL]):
        recovered = await recover(settings, partition)
        total += tried(recovered.fold, settings, policy, active)
    return total
