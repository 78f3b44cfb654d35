"""All demand models side by side, weighed by how they forecast."""
