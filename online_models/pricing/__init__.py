"""From demand to a price: policies, strategies, guardrails, explanations."""
