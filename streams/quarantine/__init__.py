"""Events whose effect fails: undone as a whole, written down, and skipped by every fold alike."""
