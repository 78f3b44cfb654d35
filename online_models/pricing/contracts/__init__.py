"""Contract prices and price lists: what was promised to customers, checked by every guardrail."""
