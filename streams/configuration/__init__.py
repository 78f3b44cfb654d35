"""Settings from flags, variables and a file; and files of policies."""
