"""A snapshot of each version that is understood restores, and goes on as recorded.

Each file holds the parts of a snapshot of a busy shop as they were written, the journal after it,
and of what the fold then published the digest by journal record, said anew where a change of prices
was meant. That of today's version fails where a name in the snapshot was changed, which takes a new
version.
"""

from __future__ import annotations

from hashlib import sha256

import pytest

from online_models.persistence.versions import OLDEST, VERSION
from streams.journal import codec as journal
from streams.pipe.lines import of_output
from streams.pricer.snapshots import codec
from tests.recordings.busy_shop import FOLDER, recorded, restored


def test_every_version_has_its_recording() -> None:
    found = {path.name for path in FOLDER.iterdir()}
    assert found == {f"version-{n}.msgpack.gz" for n in range(OLDEST, VERSION + 1)}


@pytest.mark.parametrize("version", range(OLDEST, VERSION + 1))
def test_a_snapshot_goes_on_as_the_code_that_wrote_it(version: int) -> None:
    found = recorded(version)
    assert {codec.decode_part(part).version for part in found["parts"]} == {version}
    fold = restored(found["parts"])
    for record, digest in zip(found["journal"], found["outputs"], strict=True):
        published = b"".join(of_output(output) for output in fold.step(journal.decode(record)))
        assert sha256(published).digest()[:12] == digest
