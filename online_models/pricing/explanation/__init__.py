"""A decision in words, and recomputed from its explanation alone."""
