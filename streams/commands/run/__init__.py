"""Commands that run the pricer, and what belongs to a running one."""
