"""From demand to a price: policies, strategies, guardrails, explanations.

The path of a decision, in the order of the modules: `book` finds the policy that rules an offer
and `terms` puts it into the integers of the currency; `sources` says whether a human, a promotion
or the strategies set the raw price; `asking` asks the `strategies`, and `explore` may draw;
`bounds` and `chain` lead the price through the `guardrails`; `proposals` holds large steps back
for approval; `bookkeeping` writes the `ledger` and the `history`, and `publish` the records.
`explain` leads from an explanation back to the price, `words` tells it, `checking` looks at
policies before they go live.

How what the policies leave open is read here:

- A price in force that breaks a bound moves to it where the steps allow. Where they do not, floor
  and step contradict each other like any other two bounds: the price stays, and both are named.
  So no published price ever breaks a bound.
- While a promotion with a discount is in force the regular price waits, and it returns exactly
  when the promotion ends. Steps, the band, endings, cooldowns, changes per day and freezes set the
  pace of the regular price; a promotion's start and end are the merchant's own, and only bounds on
  every price hold for them. They count as changes all the same.
- A manual price stands above promotions and the kill switch until its `until`, or without one until
  another manual price or a rollback. A rollback holds until a policy version, a control record or
  `resume`.
- `keep`, which also stands behind the last strategy, returns to the price before competitors
  pulled or a passing manual price began.
- An id of a decision counts the offer's published decisions; decisions that nothing but time led
  to, and that say what the last one said, are not published.
"""
