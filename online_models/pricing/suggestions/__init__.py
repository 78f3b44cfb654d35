"""What to ask for a used thing that somebody else sells."""
