"""The encoders refuse what no record may say."""

from __future__ import annotations

import numpy as np
import pytest

from online_models.pricing.profit.expectation import _texts
from online_models.pricing.records.publish import _chances, _sane
from online_models.pricing.trace.steps import Numbers

NOWHERE = [np.nan, np.inf, -np.inf]


def test_a_price_below_zero_is_refused_and_one_of_nothing_is_not() -> None:
    with pytest.raises(ValueError, match="-1 minor units"):
        _sane(np.array([1299, -1]))
    assert _sane(np.array([1299, 0])).tolist() == [1299, 0]


@pytest.mark.parametrize("number", NOWHERE)
def test_what_is_no_number_is_refused(number: float) -> None:
    values = np.array([0.5, number])
    with pytest.raises(ValueError, match="not finite"):
        _chances(values)
    for form in (None, b"%.6g"):
        with pytest.raises(ValueError, match="not finite"):
            Numbers(values, form).of(np.array([0, 1]))
    with pytest.raises(ValueError, match="not finite"):
        _texts(np.array([values] * 5), 2, prior=np.zeros(2, dtype=bool))
