"""Clients, topics and access of Apache Kafka, and a broker for development."""
