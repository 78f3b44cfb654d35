"""The metrics of a running worker, and the port that serves them and its health."""
