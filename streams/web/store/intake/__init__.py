"""From the records of each topic to rows."""
