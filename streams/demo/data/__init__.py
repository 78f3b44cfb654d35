"""Real orders of a supermarket as the events of a shop."""
