"""From the database to Kafka."""

import json
import time

from django.conf import settings
from django.core.management.base import BaseCommand
from django.db.utils import OperationalError
from kafka import KafkaProducer

from pricing.models import Told

MOST_AT_ONCE = 500
PAUSE_SECONDS = 0.2


class Command(BaseCommand):
    """Runs beside the shop. Killed, it sends some records twice, which count once."""

    help = "Send what the shop tells to Kafka, until stopped."

    def handle(self, *args, **options):
        """Run."""
        producer = KafkaProducer(bootstrap_servers=settings.KAFKA, acks="all")
        while True:
            try:
                self._send(producer)
            except OperationalError as error:  # the database is busy
                self.stderr.write(str(error))
            time.sleep(PAUSE_SECONDS)

    def _send(self, producer):
        waiting = list(Told.objects.filter(sent=False).order_by("id")[:MOST_AT_ONCE])
        sent = [
            producer.send(told.topic, json.dumps(told.value).encode(), told.key.encode())
            for told in waiting
        ]
        for future in sent:
            future.get(timeout=30)
        if waiting:
            Told.objects.filter(id__in=[told.id for told in waiting]).update(sent=True)
