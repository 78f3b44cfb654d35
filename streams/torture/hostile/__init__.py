"""Records that are made to end a worker, drawn from the schemas of the input topics."""
