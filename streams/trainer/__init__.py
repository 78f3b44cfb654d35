"""The trainer: from recordings or topics to checked weights on `model-updates`.

Its path: `source` → `store` (the data set on disk) → `search` (trials in processes of their own)
→ `run` (the best, held-out measures, the final fit) → `registry` → `publish`. Every step leaves
complete files only, so a killed run begins again where it was.
"""
