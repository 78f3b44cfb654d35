"""One file a version: how its plain data become those of the next. None ever changes again."""
