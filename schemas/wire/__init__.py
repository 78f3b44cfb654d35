"""Fast decoding of whole batches, equal to the records' pydantic models in verdict and value."""
