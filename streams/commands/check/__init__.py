"""Commands that check, explain and try."""
