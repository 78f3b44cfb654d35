"""The one exception of recordings."""

from streams.errors import InputError


class RecordingError(InputError):
    """A recording can't be read or written; the message names the file, and the line if one."""
