"""What the demand models learn from: closed windows, the calendar, the margins of shops."""
