"""Errors of Kafka's by what helps: asking again, or a right that somebody has to grant first."""

from __future__ import annotations

from aiokafka.errors import (
    GroupAuthorizationFailedError,
    KafkaError,
    TopicAuthorizationFailedError,
    TransactionalIdAuthorizationFailed,
)

#: It did not do what was asked, or a connection broke.
UNANSWERED = (KafkaError, OSError)
FORBIDDEN = (
    GroupAuthorizationFailedError,
    TopicAuthorizationFailedError,
    TransactionalIdAuthorizationFailed,
)
