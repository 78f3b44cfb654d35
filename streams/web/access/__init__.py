"""Who may do what, and what a request must pass before it is looked at."""
