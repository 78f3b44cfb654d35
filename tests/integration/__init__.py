"""Tests on a real Apache Kafka, which ends with the last of them."""
