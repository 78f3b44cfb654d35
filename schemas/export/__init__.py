"""The machine-readable forms of the records: JSON Schema, Avro and AsyncAPI 3."""
