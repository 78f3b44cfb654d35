"""What is known of the customers who agreed to personal prices, and what they are offered now.

A customer is known by a keyed hash, from the first order that agrees on; nothing of one who
withdraws is kept. Each has reviews, so far apart as the policy says, at instants that his hash and
the journal's time say: so all partitions look at him at the same time, without telling each other.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from heapq import heapify, heappop, heappush

from online_models.persistence.kinds import Part
from online_models.persistence.saved import Saved, attribute
from online_models.pricing.personal.allowance import Allowance
from online_models.pricing.personal.discount_gap import DiscountGap
from online_models.pricing.personal.response import MOST_UNITS, PersonalResponse, habit
from online_models.pricing.personal.sensitivity import Sensitivity
from online_models.pricing.personal.shopper_records import (
    PACE_TIME,
    PACE_UNITS,
    PersonalCustomer,
    PersonalTrial,
    Repeats,
)
from online_models.pricing.personal.usual_prices import UsualPrices
from online_models.pricing.state.shoppers import Line
from online_models.shop.catalogue import PPM
from schemas.records.policy.personal import PersonalTerms
from schemas.values.instants import DAY

#: Offers remembered of a customer, those bought last, and customers, those who came last.
MOST_OFFERS, MOST_CUSTOMERS = 40, 100_000
#: ms after which a customer who buys nothing is forgotten.
MEMORY = 180 * DAY
#: Before the first units, the share of them that is usually bought at low prices, and its weight.
_SHARE_LOW, _SHARE_WEIGHT = 0.2, 20.0
#: Units in so many ms are what a habit is judged by.
_HABIT_TIME = 7 * DAY


class PersonalBook:
    """Customers, what they buy again, their trials, and what all of these have taught."""

    SAVED = Saved(
        response=Part(),
        gap=Part(),
        allowance=Part(),
        customers=attribute("_customers", dict[int, PersonalCustomer]),
        repeats=attribute("_repeats", dict[int, dict[int, Repeats]]),
        trials=attribute("_trials", dict[int, list[PersonalTrial]]),
        reviews=attribute("_reviews", list[tuple[int, int]]),
        usual_prices=Part(),
        low_units=attribute("_low_units", float),
        all_units=attribute("_all_units", float),
        paced_units=attribute("_paced_units", float),
        paced_time=attribute("_paced_time", float),
    )
    DERIVED = ("_offered",)

    def __init__(self) -> None:
        self.response = PersonalResponse()
        self.gap = DiscountGap()
        self.allowance = Allowance()
        self._customers: dict[int, PersonalCustomer] = {}
        #: Customer → offer row → what was bought of it, the last bought last.
        self._repeats: dict[int, dict[int, Repeats]] = {}
        self._trials: dict[int, list[PersonalTrial]] = {}
        #: A heap of (ms, customer): when each is looked at next.
        self._reviews: list[tuple[int, int]] = []
        self.usual_prices = UsualPrices()
        self._low_units = _SHARE_LOW * _SHARE_WEIGHT
        self._all_units = _SHARE_WEIGHT
        #: Units that were bought again, and the ms in which customers could have.
        self._paced_units, self._paced_time = PACE_UNITS, PACE_TIME
        #: Offer row → customers who are offered something of it now.
        self._offered: dict[int, set[int]] = {}

    def restored(self) -> None:
        """Find again who is offered what."""
        self._offered = {}
        for customer, trials in self._trials.items():
            for trial in trials:
                self._index(customer, trial)

    def __len__(self) -> int:
        return len(self._customers)

    @property
    def pace(self) -> float:
        """Units of an offer that a customer buys again in a ms, on average over all."""
        return self._paced_units / self._paced_time

    def bought(self, line: Line, public: int, regular: int, terms: PersonalTerms) -> None:
        """A customer who agreed bought something; the offer's `public` and `regular` prices now.

        While the public price itself is low, what is bought says nothing of an offer made.
        """
        known = self._customers.pop(line.customer, None)
        if known is None:
            review = next_review(line.customer, line.time, terms.every)
            heappush(self._reviews, (review, line.customer))
            known = PersonalCustomer(line.segment, line.time, Sensitivity(), review, line.time)
        sensitivity = known.sensitivity
        self.usual_prices.meet(line.row, regular)
        units = min(line.units, MOST_UNITS)
        trial = None if self.usual_prices.is_low(line.row, public) else self._take(line)
        if trial is None:
            low = self.usual_prices.is_low(line.row, line.price)
            share = self._low_units / self._all_units
            sensitivity = sensitivity.bought(units, low, share)
            self._all_units += units
            self._low_units += units if low else 0.0
        own = self._repeats.setdefault(line.customer, {})
        before = own.pop(line.row, None)
        if before is None:
            so_far = self.usual_prices.low_time(line.row)
            own[line.row] = Repeats(line.time, line.time, 0.0, 0.0, so_far)
        else:
            own[line.row] = before._replace(last=line.time, units=before.units + units)
            self._paced_units += units
        if len(own) > MOST_OFFERS:
            del own[next(iter(own))]
        self._customers[line.customer] = PersonalCustomer(
            line.segment, line.time, sensitivity, known.review, known.looked
        )
        if len(self._customers) > MOST_CUSTOMERS:
            self._drop(next(iter(self._customers)))

    def is_due(self, now: int) -> bool:
        """Whether the review of any customer has come."""
        return bool(self._reviews) and self._reviews[0][0] <= now

    def due(self, now: int) -> Iterator[tuple[int, PersonalCustomer]]:
        """Customers whose review has come, once what they did since the last one is learnt."""
        while self._reviews and self._reviews[0][0] <= now:
            time, customer = heappop(self._reviews)
            known = self._customers.get(customer)
            if known is None or known.review != time:
                continue
            trials = self._end(customer)
            self._pass_time(customer, known, trials, now)
            for trial in trials:
                sensitivity = self._learn(customer, trial, known.sensitivity)
                known = known._replace(sensitivity=sensitivity)
            known = known._replace(sensitivity=known.sensitivity.faded(), looked=now)
            if now - known.time >= MEMORY:
                self._drop(customer)
                continue
            self._customers[customer] = known
            yield customer, known

    def review_again(self, customer: int, now: int, every: int) -> int:
        """When the customer is looked at next, ms."""
        review = next_review(customer, now, every)
        heappush(self._reviews, (review, customer))
        self._customers[customer] = self._customers[customer]._replace(review=review)
        return review

    def segment(self, customer: int) -> str:
        """Of the customer's last order; empty where he is not known."""
        known = self._customers.get(customer)
        return "" if known is None else known.segment

    def repeats(self, customer: int) -> Mapping[int, Repeats]:
        """What a customer has bought, by offer row."""
        return self._repeats.get(customer, {})

    def try_out(self, customer: int, trial: PersonalTrial) -> None:
        """A customer is offered something, or is not."""
        self._trials.setdefault(customer, []).append(trial)
        self._index(customer, trial)

    def offers(self, row: int) -> bool:
        """Whether anybody is offered something of an offer now."""
        return row in self._offered

    def offered(self, row: int) -> list[tuple[int, PersonalTrial]]:
        """Customers who are offered something of an offer now, with their trials."""
        return [
            (customer, trial)
            for customer in sorted(self._offered.get(row, ()))
            for trial in self._trials[customer]
            if trial.row == row and trial.off > 0
        ]

    def change(self, customer: int, trial: PersonalTrial, price: int, public: int) -> None:
        """The public price of an offer made has changed, or what the guardrails leave of it."""
        trials = self._trials[customer]
        trials[trials.index(trial)] = trial._replace(price=price, public=public)

    def end(self, row: int, now: int) -> list[tuple[int, PersonalTrial]]:
        """End what customers are offered of an offer at `now`, ms; returns what that was."""
        over = []
        for customer, trial in self.offered(row):
            if now < trial.until:
                trials, ended = self._trials[customer], trial._replace(until=now)
                trials[trials.index(trial)] = ended
                over.append((customer, ended))
        return over

    def forget(self, customer: int) -> list[PersonalTrial]:
        """Drop what is known of a customer; returns what he is offered now."""
        if self._customers.get(customer) is None:
            return []
        self._reviews = [each for each in self._reviews if each[1] != customer]
        heapify(self._reviews)
        return [trial for trial in self._drop(customer) if trial.off > 0]

    def set_back(self, now: int) -> None:
        """Nothing is from later than `now`, ms, and everybody is looked at anew."""
        for customer, known in self._customers.items():
            time, review, looked = (
                min(each, now) for each in (known.time, known.review, known.looked)
            )
            self._customers[customer] = known._replace(time=time, review=review, looked=looked)
        for own in self._repeats.values():
            for row, each in own.items():
                own[row] = each._replace(since=min(each.since, now), last=min(each.last, now))
        for trials in self._trials.values():
            trials[:] = [trial._replace(until=min(trial.until, now)) for trial in trials]
        self._reviews = [(known.review, who) for who, known in self._customers.items()]
        heapify(self._reviews)

    def _take(self, line: Line) -> PersonalTrial | None:
        """The trial that a purchase belongs to, which counts it."""
        trials = self._trials.get(line.customer, [])
        for i, trial in enumerate(trials):
            if trial.row == line.row and trial.since <= line.time < trial.until:
                trials[i] = trial._replace(units=trial.units + line.units)
                return trial
        return None

    def _pass_time(
        self, customer: int, known: PersonalCustomer, trials: list[PersonalTrial], now: int
    ) -> None:
        """The time since the last look was one in which the customer could buy again."""
        cluster, pace = known.sensitivity.cluster, self.response.pace
        offered = {trial.row: trial.off / PPM for trial in trials}
        for row, own in self._repeats.get(customer, {}).items():
            low = self.usual_prices.low_time(row)
            of_habit = habit(own.expected(_HABIT_TIME, self.pace))
            span = float(max(now - max(own.since, known.looked), 0))
            at_low = low.time - own.low.time
            time = max(span - at_low, 0.0) * pace(cluster, of_habit, offered.get(row, 0.0))
            if at_low > 0.0:
                depth = (low.depth - own.low.depth) / at_low
                time += min(at_low, span) * pace(cluster, of_habit, depth)
            self._paced_time += time
            self._repeats[customer][row] = own._replace(time=own.time + time, low=low)

    def _learn(self, customer: int, trial: PersonalTrial, before: Sensitivity) -> Sensitivity:
        """What a trial says of all customers, and of its own."""
        depth, units = trial.off / PPM, min(float(trial.units), MOST_UNITS)
        own = self._repeats.get(customer, {}).get(trial.row)
        # his own pace as known by now: who buys more than expected at any price is not moved by it
        pace = trial.usual if own is None else own.expected(trial.until - trial.since, self.pace)
        usual = pace * self.response.usual(habit(pace), depth)
        self.response.learn(trial.cluster, trial.usual, trial.category, depth, units)
        if trial.off > 0:
            given = float(trial.units * (trial.public - trial.price))
            self.allowance.give(trial.purse, given - trial.given)
        return before.answered(units, usual, depth > 0.0)

    def _drop(self, customer: int) -> list[PersonalTrial]:
        self._customers.pop(customer, None)
        self._repeats.pop(customer, None)
        return self._end(customer)

    def _end(self, customer: int) -> list[PersonalTrial]:
        trials = self._trials.pop(customer, [])
        for trial in trials:
            offered = self._offered.get(trial.row)
            if offered is not None:
                offered.discard(customer)
                if not offered:
                    del self._offered[trial.row]
        return trials

    def _index(self, customer: int, trial: PersonalTrial) -> None:
        if trial.off > 0:
            self._offered.setdefault(trial.row, set()).add(customer)


def next_review(customer: int, now: int, every: int) -> int:
    """The first instant after `now` (ms) at which a customer is looked at.

    >>> next_review(3, 100, 10), next_review(3, 103, 10)
    (103, 113)
    """
    phase = customer % every
    return ((now - phase) // every + 1) * every + phase
