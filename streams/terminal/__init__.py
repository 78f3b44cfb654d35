"""What commands share in front of a user: flags, progress, tables and JSON."""
