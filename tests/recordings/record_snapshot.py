"""Record a snapshot of the version of today: `python -m tests.recordings.record_snapshot`.

With `renew` behind it, say anew what follows from the snapshots of earlier versions: where a change
of prices is meant.

To be done once a version is final. The busy shop of the version before goes on for half of its
journal; what is kept is the snapshot then, the other half, and a digest of what each of its records
leads to.
"""

from __future__ import annotations

import gzip
import sys
from hashlib import sha256

import msgspec

from online_models.persistence.versions import OLDEST, VERSION
from streams.journal import codec as journal
from streams.pipe.lines import of_output
from streams.pricer.snapshots import codec
from tests.recordings.busy_shop import FOLDER, recorded, restored


def renew() -> None:
    """Write anew what follows from each version's snapshot."""
    for version in range(OLDEST, VERSION):
        found = recorded(version)
        write(version, found["parts"], found["journal"])


def record() -> None:
    """Write the file of today's version."""
    before = recorded(VERSION - 1)
    records, half = before["journal"], len(before["journal"]) // 2
    fold = restored(before["parts"])
    for record in records[:half]:
        fold.step(journal.decode(record))
    parts = codec.encode(fold.snapshot(), half)
    write(VERSION, parts, records[half:])


def write(version: int, parts: list[bytes], records: list[bytes]) -> None:
    """Write a version's file: its snapshot, the journal after it, and what follows."""
    fold, digests = restored(parts), []
    for record in records:
        published = b"".join(of_output(output) for output in fold.step(journal.decode(record)))
        digests.append(sha256(published).digest()[:12])
    found = {"parts": parts, "journal": records, "outputs": digests}
    raw = gzip.compress(msgspec.msgpack.encode(found), 9, mtime=0)
    (FOLDER / f"version-{version}.msgpack.gz").write_bytes(raw)


if __name__ == "__main__":
    renew() if sys.argv[1:] == ["renew"] else record()
