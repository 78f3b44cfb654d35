"""What a user may tune about pricing beyond the policies, in one place."""

from __future__ import annotations

from dataclasses import dataclass

from schemas.values.instants import DAY, HOUR


@dataclass(frozen=True, slots=True)
class PricingSettings:
    """Settings of the decisions of one partition; part of what a replay must repeat."""

    #: Names under which competitor feeds list the merchant; compared without case and surrounding
    #: space. Such an entry is never a competitor.
    own_names: frozenset[str] = frozenset()
    #: IANA name of the zone whose midnight starts a day (changes per day, daily re-decisions).
    timezone: str = "UTC"
    #: ms between re-decisions of an offer whose strategy follows the demand models. Their
    #: windows close by the day; more often would chase noise.
    reoptimise_ms: int = DAY
    #: ms after which a price change without an acknowledgement raises an alert. Shops apply
    #: price files every quarter of an hour or so.
    ack_timeout_ms: int = HOUR
    #: The prices are imagined beside a past in which others were shown: what the shop acknowledged
    #: was shown, and is learnt from, but answers none of these.
    imagined: bool = False
    #: All prices are decided and none is published for the shop to show, whatever a policy says.
    shadow: bool = False
    #: Which part of the journal it is, as alerts end with it; nothing where it is all.
    named_part: str = ""
    #: ms for which a price that the shop rejected is not tried again.
    retry_after_rejection_ms: int = HOUR
    #: ms for which a competitor's price is evidence of what customers compare with.
    competitor_memory_ms: int = 3 * DAY
    #: ms without any competitor price after which the whole feed counts as silent. Feeds scan
    #: daily; one missed scan is no news.
    feed_silence_ms: int = 2 * DAY
    #: ms of price history kept. The law asks for 30 days; the rest is how far a rollback reaches.
    history_ms: int = 45 * DAY
    #: ms after which an alert about an offer whose trouble goes on is repeated. A contradiction
    #: waits for a human, who knows of it since the first alert: a reminder a week is enough.
    alert_again_ms: int = 7 * DAY
    #: Share of the units that a dearer offer loses which its declared substitutes on the same
    #: channel win. Markets with close substitutes show 0.2 to 0.5; a low value errs little where
    #: there is no competition at all.
    diversion: float = 0.1
    #: ms of sales for which exploration learns: a draw is worth its cost where what it tells of the
    #: elasticities earns more over so long. Of an offer that has been on sale for longer it grows
    #: with the root of its age: draws so cost half of what they did with the age itself at the end
    #: of simulated half-years and two years, which earned no less.
    learning_horizon_ms: int = 90 * DAY
    #: Share of the days on which all offers of a category draw as one. What a category's price
    #: level does to its offers can be learnt from nothing else; on the other days their prices move
    #: apart, which tells their own elasticities from it.
    drawn_together: float = 0.5
    #: ms that a stock should last where no arrival is announced: the usual lead time of a week.
    stockout_horizon_ms: int = 7 * DAY
    #: Share of the expected profit that a draw may cost where the policy names no budget. Draws
    #: grow cheaper as the posterior narrows. In simulated half-years 10 % earned 0.7 % more than
    #: 3 % where offers sell 2 a day, and 0.8 % less where they sell 40 and compete.
    exploration_budget: float = 0.05
    #: ms for which a personal offer holds: a week's shopping.
    personal_offer_ms: int = 7 * DAY
    #: A rejected proposal of the demand models returns only when their price has moved by more
    #: than this share: every closed window moves it a little.
    proposal_change: float = 0.01
    #: Own undercuts answered by a competitor's undercut, in a row, after which the offer stops
    #: undercutting and returns home: two repricers would otherwise race to their floors.
    undercut_rounds: int = 6
    #: A competitor's move after ours to a price at most this share below ours is an answer to it,
    #: not a price of its own.
    undercut_answer: float = 0.005
    #: ms for which an offer that left such a race ignores it.
    undercut_pause_ms: int = DAY
    #: Share of the expected objective that a move of `optimise` must gain; below it the price
    #: stays. 0.005 % is half a per cent of the price around the optimum: noise, not news.
    worthwhile: float = 5e-5
