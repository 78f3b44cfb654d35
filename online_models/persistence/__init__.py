"""State that outlives a process: declared beside its attributes, saved and restored by one walk."""
