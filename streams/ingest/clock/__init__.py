"""What time it is, and how far the sources have come."""
