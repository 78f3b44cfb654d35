"""Questions about recordings that the commands answer offline."""
