"""What is wrong with a policy before it goes live."""
