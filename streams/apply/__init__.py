"""Prices into a shop that has no Kafka: `pricetide apply`."""
