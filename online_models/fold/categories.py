"""Categories as the fold meets them: paths, such as `food/coffee`."""

from __future__ import annotations

from online_models.demand.ensemble.models import DemandModels
from online_models.shop.catalogue import Catalogue


def introduce(catalogue: Catalogue, demand: DemandModels, path: str) -> None:
    """Name a category, and hang it below its ancestors."""
    names = catalogue.category_names
    if path in names.index:
        return
    parts = path.split("/")
    ids = [names.id("/".join(parts[: i + 1])) for i in range(len(parts))]
    demand.register_categories(ids, [-1, *ids[:-1]])
