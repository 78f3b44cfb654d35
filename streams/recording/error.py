"""The one exception of recordings."""


class RecordingError(ValueError):
    """A recording can't be read or written; the message names the file, and the line if one."""
