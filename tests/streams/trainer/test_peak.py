"""Memory is counted above what the process held before."""

from __future__ import annotations

import numpy as np

from streams.trainer.trial_process import Peak


def test_what_was_taken_and_given_back_counts_and_what_was_there_before_does_not() -> None:
    before = np.ones(10 << 20)
    peak = Peak()
    during = np.ones(20 << 20)
    del during
    assert before.nbytes < 100 << 20
    assert 150 <= peak.megabytes <= 220
