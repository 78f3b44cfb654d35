"""What a trial in the shadow shows: collected from a recording, added up, and said in words."""
