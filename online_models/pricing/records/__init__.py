"""The records that a decision becomes: changes, decisions, alerts."""
