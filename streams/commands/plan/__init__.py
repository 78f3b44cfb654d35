"""Commands that plan, train and simulate."""
