"""The fold on stdin and stdout: JSON lines in, JSON lines out, in lockstep by ticks."""
