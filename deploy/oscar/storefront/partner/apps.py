"""As Oscar's, under this shop's name."""

from oscar.apps.partner import apps


class PartnerConfig(apps.PartnerConfig):
    """Finds `strategy` here and all else in Oscar."""

    name = "storefront.partner"
