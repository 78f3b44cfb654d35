"""Commands that study recordings."""
