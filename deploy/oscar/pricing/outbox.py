"""Records on their way to Kafka: first into the database, in the transaction of what they tell."""

import uuid

from django.utils import timezone

from pricing.models import Told


def tell(topic, key, **value):
    """Write a record down; `manage.py relay` sends it. Sent twice, it counts once."""
    moment = timezone.now().isoformat(timespec="milliseconds")
    named = {"event_id": uuid.uuid4().hex, "time": moment}
    Told.objects.create(topic=topic, key=key, value=named | value)
