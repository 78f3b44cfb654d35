"""Recordings: topics as files, one JSON line per record, written and read back exactly."""

from streams.recording.entry import Entry, RecordingError
from streams.recording.reader import Recording
from streams.recording.writer import RecordingWriter

__all__ = ["Entry", "Recording", "RecordingError", "RecordingWriter"]
