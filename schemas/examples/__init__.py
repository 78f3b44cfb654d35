"""One full example of every public record; part of the generated documents."""

from __future__ import annotations

from typing import Any

from schemas.examples.inputs import INPUTS
from schemas.examples.outputs import OUTPUTS

#: Topic → a value of it (for dead letters, the headers).
EXAMPLES: dict[str, dict[str, Any]] = {**INPUTS, **OUTPUTS}
