"""What an event is, in which order events stand, and which partition they belong to."""
