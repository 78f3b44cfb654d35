"""The parts of a pricing policy: selection, strategies, guardrails."""
