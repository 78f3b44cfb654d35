"""A pricing policy, and its parts: selection, strategies, guardrails."""
