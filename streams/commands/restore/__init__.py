"""Commands that bring back what was refused, forgotten or lost."""
