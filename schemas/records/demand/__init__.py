"""What is sold, what is expected to be sold, and what that says of categories."""
