"""Loaded by the process that workers are forked from: the rules that each loads as it starts are
loaded there once.
"""

from streams.worker.rehearsal import rehearse

rehearse()
