"""A worker process: its roles, and the services that each of them runs."""
