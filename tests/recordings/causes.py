"""What earlier versions did not say in a decision: the causes that moved its price.

Without them a record has the bytes that it had before, so that an older recording still proves that
nothing else has changed.
"""

from __future__ import annotations

import re

_CAUSES = re.compile(rb',"because":\{(?:[^{}"]|"(?:[^"\\]|\\.)*")*\}|,"basis":"prior"')


def without_causes(record: bytes) -> bytes:
    """The record as it was written before causes were named."""
    return _CAUSES.sub(b"", record)
