"""The currency of every product, and how workers come to know it."""
