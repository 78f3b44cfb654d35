"""Groups of items and of customers, found in a recording."""
