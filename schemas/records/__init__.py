"""What travels on each topic: one pydantic model a file."""
