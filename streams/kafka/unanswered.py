"""Errors after which Kafka is asked anew: it did not do what was asked, or a connection broke."""

from __future__ import annotations

from aiokafka.errors import KafkaError

UNANSWERED = (KafkaError, OSError)
