"""What strategies and guardrails see: the offers of one policy at their instants."""
