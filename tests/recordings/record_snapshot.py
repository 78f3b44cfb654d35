"""Record a snapshot of the version of today: `python -m tests.recordings.record_snapshot`.

To be done once a version is final. The busy shop of the version before goes on for half of its
journal; what is kept is the snapshot then, the other half, and a digest of what each of its records
leads to.
"""

from __future__ import annotations

import gzip
from hashlib import sha256

import msgspec

from online_models.persistence.versions import VERSION
from streams.journal import codec as journal
from streams.pipe.lines import of_output
from streams.pricer.snapshots import codec
from tests.recordings.busy_shop import FOLDER, recorded, restored


def main() -> None:
    """Write the file."""
    before = recorded(VERSION - 1)
    records, half = before["journal"], len(before["journal"]) // 2
    fold = restored(before["parts"])
    for record in records[:half]:
        fold.step(journal.decode(record))
    parts = codec.encode(fold.snapshot(), half)
    fold, digests = restored(parts), []
    for record in records[half:]:
        published = b"".join(of_output(output) for output in fold.step(journal.decode(record)))
        digests.append(sha256(published).digest()[:12])
    found = {"parts": parts, "journal": records[half:], "outputs": digests}
    raw = gzip.compress(msgspec.msgpack.encode(found), 9, mtime=0)
    (FOLDER / f"version-{VERSION}.msgpack.gz").write_bytes(raw)


if __name__ == "__main__":
    main()
