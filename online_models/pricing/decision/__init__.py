"""From a wanted price through the guardrails to a decision."""
