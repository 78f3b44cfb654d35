"""What an older release makes of what is beside a snapshot."""

from __future__ import annotations

import zlib

import pytest

from online_models.persistence.versions import VERSION
from streams.pricer.snapshots import codec
from streams.pricer.snapshots.refusal import EVERYTHING, KNOWN, refusal


def test_an_older_release_stops_at_it_and_names_the_version_that_was_saved() -> None:
    part = codec.decode_part(refusal())
    # it takes the whole snapshot that stands for most of the journal, of the version that it knows
    assert (part.version, part.offset, part.index, part.parts) == (KNOWN, EVERYTHING, 0, 1)
    with pytest.raises(TypeError, match=f"SNAPSHOT OF VERSION {VERSION}: .* or a later one"):
        codec._DECODER.decode(zlib.decompress(part.data))
