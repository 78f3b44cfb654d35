"""Questions that are answered offline, from what was recorded."""
