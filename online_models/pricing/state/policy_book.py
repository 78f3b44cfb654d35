"""The policies in force and which of them rules an offer."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import numpy as np
from numpy.typing import NDArray

from online_models.persistence.kinds import Coded, Document, Items
from online_models.persistence.saved import Saved, attribute
from online_models.pricing.policy.compiled_policy import CompiledPolicy, compile_policy
from online_models.pricing.policy.selection import Traits, selected, specificity, traits
from online_models.pricing.policy.settings import PricingSettings
from online_models.pricing.state.ledger import DEFAULT_POLICY
from online_models.shop.catalogue import NEVER, Catalogue
from schemas.records.policy.guardrails import Guardrails
from schemas.records.policy.personal import PersonalTerms
from schemas.records.policy.pricing_policies import Policy
from schemas.records.policy.recommend import Recommend

Flags = NDArray[np.bool_]
Ints = NDArray[np.int64]
#: Strategies that answer a competitor's price at once.
_FOLLOWING = frozenset({"match_competitor"})
#: Where no policy selects an offer.
BUILT_IN = Policy(
    policy_id="default",
    version=0,
    guardrails=Guardrails(
        minimum_margin=Decimal(0),
        reference_band=Decimal("0.3"),
        max_step_up=Decimal("0.05"),
        max_step_down=Decimal("0.05"),
        max_changes_per_day=1,
    ),
)

#: Why the policy that rules an offer does; the ledger holds the index.
RULINGS = (
    "no policy selects the offer",
    "the only policy that selects the offer",
    "the highest priority",
    "the most specific selector of that priority",
    "the first id among policies of equal priority and specificity",
)


_POLICIES = Items(Document(Policy))


def _put_there(slots: list[Policy | None]) -> list[str | None]:
    return _POLICIES.save(slots[1:])


def _with_built_in(plain: list[str | None]) -> list[Policy | None]:
    return [BUILT_IN, *_POLICIES.restore(plain, None)]


class PolicyBook:
    """Policies by slot (the ledger names slots); slot 0 is the built-in default.

    The version of a slot rises with every policy put there: what a rollback or a declined proposal
    waits for.
    """

    SAVED = Saved(
        policies=attribute("slots", Coded(_put_there, _with_built_in)),
        slots=attribute("_by_id", dict[str, int]),
        editions=attribute("versions", list[int]),
        latest=attribute("_latest", int),
    )
    DERIVED = (
        "_ranked",
        "_naming",
        "_broad",
        "protected_channels",
        "named_channels",
        "breaks",
        "optimises_breaks",
        "recommend",
        "personal",
        "personalised",
    )
    TRANSIENT = ("_terms", "_known", "_pace")

    def __init__(self, catalogue: Catalogue, settings: PricingSettings) -> None:
        self._catalogue = catalogue
        self._settings = settings
        self.slots: list[Policy | None] = [BUILT_IN]
        self.versions: list[int] = [0]
        self._by_id: dict[str, int] = {}
        #: Active slots with their policies, the first to rule first.
        self._ranked: list[tuple[int, Policy]] = []
        #: Ranks of the policies that name a SKU, and of those that name none.
        self._naming: dict[str, list[int]] = {}
        self._broad: list[int] = []
        self._terms: dict[tuple[int, int], CompiledPolicy] = {}
        self._known: dict[Traits, tuple[int, int]] = {}
        self._pace: tuple[Flags, Ints, Ints] | None = None
        #: Channels that some policy protects, in order of the policies.
        self.protected_channels: tuple[str, ...] = ()
        #: Whether some policy has a circuit breaker.
        self.breaks = False
        #: Segments of which some policy learns the quantity breaks.
        self.optimises_breaks: frozenset[str] = frozenset()
        #: How offers are recommended, and the seed of its draws; None where no policy says so.
        self.recommend: tuple[Recommend, int] | None = None
        #: How personal discounts are learnt by segment, and the seed of their draws; and which
        #: policies (slots) do so of which segments.
        self.personal: dict[str, tuple[PersonalTerms, int]] = {}
        self.personalised: frozenset[tuple[int, str]] = frozenset()
        #: Channels that some policy selects by name: the merchant sells there.
        self.named_channels: frozenset[str] = frozenset()
        self._latest = 0

    def put(self, policy_id: str, policy: Policy | None) -> NDArray[np.int64]:
        """Add, replace or (None) withdraw a policy; returns the offers that it selects or did."""
        nobody = np.zeros(0, np.int64)
        slot = self._by_id.get(policy_id)
        if slot is None:
            if policy is None:
                return nobody
            slot = self._by_id[policy_id] = len(self.slots)
            self.slots.append(None)
            self.versions.append(0)
        before = self.slots[slot]
        if policy == before:
            return nobody
        self.slots[slot] = policy
        self._latest += 1
        self.versions[slot] = self._latest
        for key in [key for key in self._terms if key[0] == slot]:
            del self._terms[key]
        self._rank()
        concerned = [selected(self._catalogue, one.select) for one in (before, policy) if one]
        return np.unique(np.concatenate(concerned))

    def terms(self, slot: int, digits: int) -> CompiledPolicy:
        """The terms of a slot in a currency of `digits` minor digits."""
        found = self._terms.get((slot, digits))
        if found is None:
            policy = self.slots[slot] or BUILT_IN
            found = compile_policy(policy, self.versions[slot], digits, self._settings)
            self._terms[slot, digits] = found
        return found

    @property
    def window_wishes(self) -> NDArray[np.int8]:
        """What each slot's policy says of the windows: 1 hours, −1 days, 0 nothing; (slots,)."""
        said = {None: 0, "hour": 1, "day": -1}
        return np.array([said[p.buckets] if p else 0 for p in self.slots], dtype=np.int8)

    @property
    def shadow(self) -> NDArray[np.bool_]:
        """Whether each slot's policy decides in shadow, (slots,)."""
        return np.array([p is not None and p.shadow for p in self.slots], dtype=np.bool_)

    @property
    def recommended(self) -> NDArray[np.bool_]:
        """Whether offers that each slot's policy rules may be recommended, (slots,)."""
        ranked = {slot for slot, policy in self._ranked if _recommends(policy)}
        return np.array([slot in ranked for slot in range(len(self.slots))], dtype=np.bool_)

    @property
    def pace(self) -> tuple[Flags, Ints, Ints]:
        """Of each slot's policy, (slots,): whether it follows competitors, its cooldown in ms, and
        its most changes a day.
        """
        if self._pace is None:
            policies = [policy or BUILT_IN for policy in self.slots]
            rails = [policy.guardrails for policy in policies]
            limits = [rail.max_changes_per_day for rail in rails]
            self._pace = (
                np.array([_follows(policy) for policy in policies]),
                np.array([rail.cooldown or 0 for rail in rails], dtype=np.int64),
                np.array([NEVER if most is None else most for most in limits], dtype=np.int64),
            )
        return self._pace

    def rule(self, rows: NDArray[np.int64]) -> tuple[NDArray[np.int32], NDArray[np.int8]]:
        """(slot that rules, index into RULINGS) of each offer row, shape (n,)."""
        found = [self._look_up(row) for row in rows.tolist()]
        pairs = np.array(found, dtype=np.int32).reshape(-1, 2)
        return pairs[:, 0], pairs[:, 1].astype(np.int8)

    def ruler(self, offer: Traits, kind: str | None = None) -> tuple[int, int]:
        """(slot, index into RULINGS) of the policy that rules an offer with these traits; of those
        with a strategy of that `kind`, where one is given.
        """
        best: tuple[int, Any] | None = None
        competitors = 0
        why = 0
        candidates = self._candidates(offer)
        for slot, policy in candidates:
            if best is not None and policy.priority < best[1][0]:
                break
            fit = specificity(policy.select, offer)
            if fit is None or (kind and not any(e.kind == kind for e in policy.strategy)):
                continue
            competitors += 1
            key = (policy.priority, fit)
            if best is None:
                best, why = (slot, key), 2
            elif key > best[1]:
                best, why = (slot, key), 3
            else:
                why = 4 if key == best[1] else max(why, 3)
        if best is None:
            return DEFAULT_POLICY, 0
        alone = competitors == 1 and not _selects_below(best[1][0], offer, candidates)
        return best[0], 1 if alone else why

    def _candidates(self, offer: Traits) -> list[tuple[int, Policy]]:
        """Slots that may select an offer with their policies, in order of rank."""
        naming = self._naming.get(offer.sku)
        ranks = sorted([*naming, *self._broad]) if naming else self._broad
        return [self._ranked[rank] for rank in ranks]

    def _look_up(self, row: int) -> tuple[int, int]:
        offer = traits(self._catalogue, row)
        if offer.sku not in self._naming:
            offer = offer._replace(sku="")
        found = self._known.get(offer)
        if found is None:
            found = self._known[offer] = self.ruler(offer)
        return found

    def restored(self) -> None:
        """Rank what a snapshot brought."""
        self._rank()

    def _rank(self) -> None:
        active = [
            (-policy.priority, policy.policy_id, slot, policy)
            for slot, policy in enumerate(self.slots)
            if slot != DEFAULT_POLICY and policy is not None and policy.status == "active"
        ]
        self._ranked = [(slot, policy) for *_, slot, policy in sorted(active, key=_rank_of)]
        self._known.clear()
        self._pace = None
        self._naming, self._broad = {}, []
        for rank, (_, policy) in enumerate(self._ranked):
            for sku in dict.fromkeys(policy.select.skus):
                self._naming.setdefault(sku, []).append(rank)
            if not policy.select.skus:
                self._broad.append(rank)
        self.breaks = any(policy.breaker is not None for _, policy in self._ranked)
        self.optimises_breaks = frozenset(
            segment.segment
            for _, policy in self._ranked
            for segment in policy.segments
            if segment.optimise_breaks is not None
        )
        self.recommend = next(
            (
                (policy.recommend, policy.seed)
                for _, policy in self._ranked
                if policy.recommend is not None and not policy.shadow
            ),
            None,
        )
        learnt = [
            (slot, policy.seed, segment)
            for slot, policy in self._ranked
            for segment in policy.segments
            if segment.personalise and not policy.shadow
        ]
        self.personal = {}
        for _, seed, segment in learnt:
            if segment.optimise_personal is not None:
                self.personal.setdefault(segment.segment, (segment.optimise_personal, seed))
        self.personalised = frozenset(
            (slot, segment.segment)
            for slot, _, segment in learnt
            if segment.optimise_personal is not None
        )
        protected = (
            name
            for _, policy in self._ranked
            for name in (
                *policy.guardrails.protect_channels,
                *(rule.of for rule in policy.guardrails.channel_ladder),
            )
        )
        self.protected_channels = tuple(dict.fromkeys(protected))
        self.named_channels = frozenset(
            name for _, policy in self._ranked for name in policy.select.channels
        )


def _recommends(policy: Policy) -> bool:
    return policy.recommend is not None and not policy.shadow


def _follows(policy: Policy) -> bool:
    return any(entry.kind in _FOLLOWING for entry in policy.strategy)


def _rank_of(entry: tuple[int, str, int, Policy]) -> tuple[int, str]:
    return entry[:2]


def _selects_below(priority: int, offer: Traits, candidates: list[tuple[int, Policy]]) -> bool:
    return any(
        policy.priority < priority and specificity(policy.select, offer) is not None
        for _, policy in candidates
    )
