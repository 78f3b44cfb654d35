"""Which offers a policy, a promotion or a control record is about."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field, model_validator

from schemas.records.field_words import FieldWords
from schemas.records.record import Incoming
from schemas.values.fields import Name
from schemas.values.limits import MOST_SELECTED

Selected = Annotated[tuple[Name, ...], Field(max_length=MOST_SELECTED)]


class Selector(Incoming):
    """An offer is selected when it matches one entry of every list that is not empty.

    An empty selector matches everything. A category also selects what lies below it.
    """

    skus: Annotated[
        Selected,
        FieldWords(
            "Products (SKU)",
            "Products by SKU. An empty list selects all.",
            "list of text",
            ["4711"],
        ),
    ] = ()
    categories: Annotated[
        Selected,
        FieldWords(
            "Categories",
            "Categories, with all that lies below them.",
            "list of text",
            ["food/coffee"],
            hint="and what lies below them",
        ),
    ] = ()
    brands: Annotated[
        Selected,
        FieldWords("Brands", "Brands of the product records.", "list of text", ["bean & co"]),
    ] = ()
    tags: Annotated[
        Selected, FieldWords("Tags", "Tags of the product records.", "list of text", ["organic"])
    ] = ()
    roles: Annotated[
        Selected,
        FieldWords(
            "Roles",
            "Roles of the product records: kvi, core, long_tail.",
            "list of text",
            ["kvi"],
            hint="kvi, core, long_tail",
        ),
    ] = ()
    channels: Annotated[
        Selected,
        FieldWords(
            "Channels", "Channels; a channel that is named here opens.", "list of text", ["web"]
        ),
    ] = ()

    @model_validator(mode="before")
    @classmethod
    def _nulls_select_nothing(cls, data: Any) -> Any:
        """All lists null are not all offers: whoever says so has lost what they meant."""
        if isinstance(data, dict) and data and all(value is None for value in data.values()):
            raise ValueError("names nothing; an empty selector, {}, selects everything")
        return data
