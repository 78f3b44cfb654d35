"""Commands that keep what happened, and run it again."""
