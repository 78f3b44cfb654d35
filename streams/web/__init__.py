"""A web page to look in: what is priced how, and why. It reads topics and writes nothing."""
