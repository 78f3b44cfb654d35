"""Which offers a policy, a promotion or a control record is about."""

from __future__ import annotations

from schemas.records.record import Incoming
from schemas.values.fields import Name


class Selector(Incoming):
    """An offer is selected when it matches one entry of every list that is not empty.

    An empty selector matches everything. A category also selects what lies below it.
    """

    skus: tuple[Name, ...] = ()
    categories: tuple[Name, ...] = ()
    brands: tuple[Name, ...] = ()
    tags: tuple[Name, ...] = ()
    roles: tuple[Name, ...] = ()
    channels: tuple[Name, ...] = ()
