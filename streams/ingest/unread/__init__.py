"""What has not been read: how much lies there still, and what is lost."""
