"""What the shop remembers of prices, and what it has to tell."""

from django.db import models


class ShownPrice(models.Model):
    """The revision of the price that a stock record shows; written with the price itself."""

    stockrecord = models.OneToOneField(
        "partner.StockRecord", on_delete=models.CASCADE, primary_key=True, related_name="shown"
    )
    revision = models.PositiveBigIntegerField()
    decision_id = models.CharField(max_length=200)


class Told(models.Model):
    """A record for Kafka, written with what it tells of: an order that is placed is never lost."""

    topic = models.CharField(max_length=100)
    key = models.CharField(max_length=200)
    value = models.JSONField()
    sent = models.BooleanField(default=False, db_index=True)
