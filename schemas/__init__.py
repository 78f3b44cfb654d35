"""The records that travel: one pydantic model per topic, exact money, the topic registry."""
