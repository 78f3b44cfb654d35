"""A few products and a customer."""

from decimal import Decimal

from django.contrib.auth import get_user_model
from django.core.management.base import BaseCommand
from django.db import transaction
from oscar.apps.catalogue.categories import create_from_breadcrumbs
from oscar.apps.catalogue.models import Product, ProductClass
from oscar.apps.partner.models import Partner, StockRecord

from pricing.outbox import tell

CUSTOMER, PASSWORD = "anna@shop.example", "anna-likes-coffee"
#: SKU, title, category, price, cost.
ASSORTMENT = [
    ("4711", "Arabica beans 500 g", "Coffee", "8.99", "4.10"),
    ("4712", "Espresso beans 1 kg", "Coffee", "15.49", "8.20"),
    ("4713", "Filter papers, 100", "Coffee", "2.29", "0.80"),
    ("4811", "Darjeeling 250 g", "Tea", "6.49", "2.90"),
    ("4812", "Mint tea, 40 bags", "Tea", "3.19", "1.20"),
    ("4813", "Teapot, 1 l", "Tea", "19.90", "9.50"),
]


class Command(BaseCommand):
    """Fills an empty shop, and tells the pricer of its products."""

    help = "Fill the shop with products and a customer; does nothing where it has some."

    @transaction.atomic
    def handle(self, *args, **options):
        """Run."""
        if Product.objects.exists():
            return
        users = get_user_model().objects
        users.create_user("anna", CUSTOMER, PASSWORD)
        users.create_superuser("admin", "admin@shop.example", "admin")
        kind = ProductClass.objects.create(
            name="Groceries", requires_shipping=False, track_stock=False
        )
        partner = Partner.objects.create(name="Corner shop")
        for sku, title, category, price, cost in ASSORTMENT:
            product = Product.objects.create(title=title, upc=sku, product_class=kind)
            product.categories.add(create_from_breadcrumbs(category))
            StockRecord.objects.create(
                product=product,
                partner=partner,
                partner_sku=sku,
                price=Decimal(price),
                price_currency="EUR",
            )
            told = {"price": price, "cost": cost, "currency": "EUR", "category": category.lower()}
            tell("products", sku, sku=sku, name=title, **told)
