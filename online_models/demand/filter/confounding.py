"""Whether prices are confounded: shown by those of which a known part was drawn by chance.

The part of a price that a rule predicts has an elasticity of its own, ε + κ. As long as nothing
speaks against κ = 0, all price moves inform ε. Where what was drawn and what was not disagree, κ is
set free, and ε rests on the drawn part alone. Only κ > 0 counts: who prices on what he expects to
sell asks more when it is much. κ < 0, a price that does more the longer it stays, is what a share
of memory looks like that is believed too large (`price_memory`), and would keep it so.

Reference: Hausman, "Specification tests in econometrics", Econometrica 46 (1978); the width is an
empirical Bayes estimate as in Morris, JASA 78 (1983).
"""

from __future__ import annotations

import numpy as np

from online_models.numerics.arrays import Floats
from online_models.numerics.special import total

#: Standard deviations of the test's statistic that are taken for chance.
CHANCE = 3.0


def freed(precision: Floats, evidence: Floats, least: float) -> float:
    """Variance of κ between categories, at least `least`.

    `precision` and `evidence` (precision × estimate) are what each category's offers say of κ.

    >>> freed(np.array([4.0]), np.array([1.0]), 4e-4)
    0.0004
    >>> round(freed(np.array([400.0]), np.array([800.0]), 4e-4), 2)
    3.99
    >>> freed(np.array([400.0]), np.array([-800.0]), 4e-4)
    0.0004
    """
    known = precision > 0.0
    categories = float(np.count_nonzero(known))
    if not categories:
        return least
    upwards = np.maximum(evidence[known], 0.0)
    statistic = total(upwards * upwards / precision[known])
    excess = statistic - categories - CHANCE * float(np.sqrt(2.0 * categories))
    return least + max(excess, 0.0) / total(precision)
