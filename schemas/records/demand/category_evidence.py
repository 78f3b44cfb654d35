"""`category-evidence`: what the partitions of the journal tell each other about categories."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, Strict

from schemas.records.record import Outgoing
from schemas.values.fields import Instant, Name, Number, Path
from schemas.values.limits import MOST_CATEGORIES, MOST_LISTED

Sums = Annotated[tuple[Number, ...], Strict(False), Field(max_length=MOST_LISTED)]


class CategoryEvidence(Outgoing):
    """What the offers of one partition say of each category's pooled coefficients.

    `origin` names the partition by its first SKU. The numbers per category path are sums of the
    offers' likelihoods, so that those of all partitions add up; the latest record of an origin
    replaces the one before it.
    """

    origin: Name
    time: Instant
    categories: Annotated[dict[Path, Sums], Field(max_length=MOST_CATEGORIES)]
