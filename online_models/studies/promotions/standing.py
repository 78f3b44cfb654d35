"""Plans that were made before: they wait for an answer, run, or were refused."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from schemas.records.record import RecordError
from schemas.values.instants import to_ms
from schemas.values.money import to_minor


@dataclass(frozen=True)
class StandingPlan:
    """A plan's record: an offer in [start, end) ms, and money in minor units of `currency`.

    discount: what is expected to be given away. cost: that of the promotion itself.
    document: the record.
    """

    plan_id: str
    policy_id: str
    sku: str
    channel: str
    currency: str
    start: int
    end: int
    price: int
    discount: int
    cost: int
    profit: int
    document: Mapping[str, Any]

    @classmethod
    def read(cls, document: Mapping[str, Any]) -> StandingPlan:
        """A record of `promotion-plans`; RecordError where it lacks what a promotion needs."""
        try:
            currency = document["currency"]
            effects = document["effects"]
            return cls(
                plan_id=document["plan_id"],
                policy_id=document["policy_id"],
                sku=document["sku"],
                channel=document["channel"],
                currency=currency,
                start=to_ms(document["starts_at"]),
                end=to_ms(document["ends_at"]),
                price=to_minor(document["price"], currency),
                discount=to_minor(effects["discount"], currency),
                cost=to_minor(effects.get("cost", "0"), currency),
                profit=to_minor(document["expected"]["profit"], currency),
                document=document,
            )
        except (KeyError, TypeError, ValueError) as error:
            raise RecordError(f"promotion plan: {error!r}") from None

    @property
    def spent(self) -> int:
        """What of the budget it takes."""
        return self.discount + self.cost

    def of(self, policy_id: str, currency: str) -> bool:
        """Whether it is one of the policy's in that currency."""
        return (self.policy_id, self.currency) == (policy_id, currency)
