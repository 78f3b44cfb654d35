"""Commands that study what customers buy."""
