"""Who is held out, which partition makes which offer, and which depth is drawn: by keyed draws.

Every partition draws the same of a customer, so that all agree without telling each other.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from online_models.numerics.special import uniforms
from schemas.records.policy.personal import PersonalTerms

#: What draws are keyed by, beside the policy's seed and the customer.
_HOLDOUT, _DEALT, _DEPTH = 0x486F6C64, 0x4465616C, 0x44657074


def held_out(seed: int, customers: Sequence[int], share: float) -> NDArray[np.bool_]:
    """Mask of the customers, (n,), who are offered nothing personal, for good.

    >>> int(held_out(1, range(1000), 0.1).sum()) in range(70, 130)
    True
    """
    return np.asarray(uniforms(seed, _HOLDOUT, np.array(customers, np.int64))[:, 0] < share)


class Draws(NamedTuple):
    """Of one customer: whether he is held out, and a draw from (0, 1) for each offer that this
    partition may make him.
    """

    held_out: bool
    depths: list[float]

    @classmethod
    def of(
        cls,
        seed: int,
        customers: Sequence[int],
        periods: Sequence[int],
        terms: PersonalTerms,
        part: tuple[int, int],
    ) -> list[Draws]:
        """Those of customers in the periods numbered so; `part` is (number of the partition, how
        many there are). A customer's offers of a period are dealt to the partitions: none makes one
        too many.

        >>> made = [Draws.of(1, [7], [3], PersonalTerms(), (part, 4))[0] for part in range(4)]
        >>> sum(len(each.depths) for each in made)
        2
        """
        keys = np.array(customers, np.int64), np.array(periods, np.int64)
        out = held_out(seed, customers, float(terms.holdout)).tolist()
        depths = uniforms(seed, _DEPTH, *keys, count=terms.offers).tolist()
        number, partitions = part
        if partitions == 1:
            return [cls(*each) for each in zip(out, depths, strict=True)]
        dealt = uniforms(seed, _DEALT, *keys, count=terms.offers) * partitions
        mine = (dealt.astype(np.int64) == number).tolist()
        return [
            cls(each, [draw for draw, is_mine in zip(own, of_me, strict=True) if is_mine])
            for each, own, of_me in zip(out, depths, mine, strict=True)
        ]
