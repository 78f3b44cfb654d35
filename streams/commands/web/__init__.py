"""Commands around the console."""
