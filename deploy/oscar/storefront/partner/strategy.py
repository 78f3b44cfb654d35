"""What a line of the basket costs: the price that was seen, as long as it holds."""

from django.conf import settings
from oscar.apps.partner import strategy
from oscar.apps.partner.prices import FixedPrice
from pricing.locks import LOCKS, now_ms, quote


class Selector:
    """Oscar asks it for the prices of a request."""

    def strategy(self, request=None, user=None, **kwargs):
        """The same for all customers."""
        return HeldPrices(request)


class HeldPrices(strategy.Default):
    """The price of today on the shelf, the locked one in the basket where that is lower."""

    def fetch_for_line(self, line, stockrecord=None):
        """As Oscar's."""
        info = self.fetch_for_product(line.product)
        if self.request is None or info.stockrecord is None:
            return info
        token = self.request.session.get("locks", {}).get(info.stockrecord.partner_sku)
        held = LOCKS.price(token, quote(info.stockrecord), now=now_ms())
        price = FixedPrice(settings.OSCAR_DEFAULT_CURRENCY, held, tax=info.price.tax)
        return info._replace(price=price)
