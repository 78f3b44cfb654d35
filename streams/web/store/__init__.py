"""What the console remembers, in a database."""
