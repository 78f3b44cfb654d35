"""The app."""

from django.apps import AppConfig


class PricingConfig(AppConfig):
    """Listens to Oscar's signals."""

    name = "pricing"

    def ready(self):
        """Connect them."""
        from pricing import receivers  # noqa: F401
