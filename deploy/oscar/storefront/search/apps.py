"""As Oscar's, under this shop's name."""

from oscar.apps.search import apps


class SearchConfig(apps.SearchConfig):
    """Finds `views` here and all else in Oscar."""

    name = "storefront.search"
