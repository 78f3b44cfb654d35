"""Orders, views and baskets, as Oscar's signals tell of them."""

from django.dispatch import receiver
from oscar.apps.basket.signals import basket_addition
from oscar.apps.catalogue.signals import product_viewed
from oscar.apps.order.signals import order_placed

from pricing.locks import LOCKS, now_ms, quote
from pricing.outbox import tell


@receiver(order_placed)
def ordered(order, **_):
    """Within the transaction of the order."""
    lines = [
        {
            "sku": line.partner_sku,
            "quantity": line.quantity,
            "unit_price": str(line.unit_price_incl_tax),
        }
        for line in order.lines.all()
    ]
    who = {} if order.user_id is None else {"customer_id": f"customer-{order.user_id}"}
    number = str(order.number)  # Oscar has just made it, as a whole number
    tell("orders", number, order_id=number, currency=order.currency, lines=lines, **who)


@receiver(product_viewed)
def viewed(product, request, **_):
    """A customer looks at a product."""
    _click(product, request, "view")


@receiver(basket_addition)
def put_into_the_basket(product, request, **_):
    """From now on its price holds for a while."""
    _click(product, request, "cart")
    stockrecord = product.stockrecords.first()
    if stockrecord is not None:
        token = LOCKS.lock(quote(stockrecord), now=now_ms())
        held = request.session.get("locks", {})
        request.session["locks"] = held | {stockrecord.partner_sku: token}


def _click(product, request, action):
    stockrecord = product.stockrecords.first()
    if stockrecord is None:
        return
    if request.session.session_key is None:
        request.session.create()
    sku, price = stockrecord.partner_sku, str(stockrecord.price)
    session = request.session.session_key
    tell("clickstream", sku, sku=sku, action=action, session_id=session, price_shown=price)
