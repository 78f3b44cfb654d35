"""What a policy would do now, on the state that the workers have saved."""
