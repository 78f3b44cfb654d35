"""Commands by which people steer prices."""
