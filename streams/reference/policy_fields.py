"""What each field of a policy says. A test compares this with the policy's model."""

from __future__ import annotations

from typing import Any, NamedTuple


class FieldText(NamedTuple):
    """A field in words; `unit` is its kind of value where it has no unit."""

    what: str
    unit: str
    example: Any


#: By path, in the order of the model.
FIELDS: dict[str, FieldText] = {
    "event_id": FieldText(
        "An id of this record; a second one within 7 days is ignored.", "text", "p-17"
    ),
    "policy_id": FieldText("Name of the policy; decisions name it.", "text", "coffee"),
    "version": FieldText("Rises with each change of the policy; decisions name it.", "number", 3),
    "status": FieldText(
        "Only an active policy rules.", "one of active, inactive, draft, paused, retired", "active"
    ),
    "time": FieldText("When it was made; informative.", "instant", "2026-03-01T09:00:00Z"),
    "priority": FieldText(
        "Where several policies select an offer, the highest rules.", "number", 10
    ),
    "seed": FieldText("Another seed gives other random draws where prices explore.", "number", 7),
    "select.skus": FieldText(
        "Products by SKU. An empty list selects all.", "list of text", ["4711"]
    ),
    "select.categories": FieldText(
        "Categories, with all that lies below them.", "list of text", ["food/coffee"]
    ),
    "select.brands": FieldText("Brands of the product records.", "list of text", ["bean & co"]),
    "select.tags": FieldText("Tags of the product records.", "list of text", ["organic"]),
    "select.roles": FieldText(
        "Roles of the product records: kvi, core, long_tail.", "list of text", ["kvi"]
    ),
    "select.channels": FieldText(
        "Channels; a channel that is named here opens.", "list of text", ["web"]
    ),
    "objective.maximise": FieldText(
        "What the best price is best for.", "one of profit, revenue, units, sell_through", "profit"
    ),
    "objective.horizon": FieldText("The time over which it is added up.", "duration", "P30D"),
    "objective.sell_by": FieldText(
        "Until when finite stock is to be sold.", "instant", "2026-04-05T00:00:00Z"
    ),
    "objective.minimum_units": FieldText(
        "Units to be sold over the horizon, whatever that costs in profit.", "units", 20
    ),
    "strategy[optimise].kind": FieldText(
        "The best price by the demand models.", "text", "optimise"
    ),
    "strategy[match_competitor].kind": FieldText(
        "The price of a competitor, moved by the offset.", "text", "match_competitor"
    ),
    "strategy[match_competitor].which": FieldText(
        "Which price of those that count.", "one of lowest, median, rank", "lowest"
    ),
    "strategy[match_competitor].rank": FieldText(
        "With rank: 1 for the lowest. With fewer competitors it has no price.", "number", 2
    ),
    "strategy[match_competitor].weights": FieldText(
        "With median: weight by competitor, 1 where none is given.",
        "weights by name",
        {"bean.example": 2},
    ),
    "strategy[match_competitor].offset": FieldText(
        "Added to the competitor's price. Below 0, endings are rounded down.",
        "money or share",
        "-0.01",
    ),
    "strategy[match_competitor].max_age": FieldText(
        "An older price does not count.", "duration", "PT24H"
    ),
    "strategy[match_competitor].known_for": FieldText(
        "A competitor counts once its prices of the product have come for so long.",
        "duration",
        "P1D",
    ),
    "strategy[match_competitor].minimum_confidence": FieldText(
        "A price matched with less does not count.", "0 to 1", 0.8
    ),
    "strategy[match_competitor].competitors": FieldText(
        "Only these count; empty means all.", "list of text", ["bean.example"]
    ),
    "strategy[match_competitor].exclude": FieldText(
        "These do not count.", "list of text", ["outlet.example"]
    ),
    "strategy[match_competitor].include_shipping": FieldText(
        "The competitor's shipping is added to his price.", "true or false", True
    ),
    "strategy[cost_plus].kind": FieldText("Cost plus a margin.", "text", "cost_plus"),
    "strategy[cost_plus].margin": FieldText("That margin, of the net price.", "share", "30%"),
    "strategy[markdown].kind": FieldText(
        "Sells a known stock by the objective's sell_by.", "text", "markdown"
    ),
    "strategy[markdown].salvage": FieldText(
        "Share of the cost that unsold units bring back.", "share", "20%"
    ),
    "strategy[keep].kind": FieldText("The price before competitors moved it.", "text", "keep"),
    "strategy[reinforcement].kind": FieldText(
        "A pricing policy that was trained in simulated markets.", "text", "reinforcement"
    ),
    "strategy[reinforcement].model": FieldText(
        "Name of the trained model; absent, the one of the package.", "text", "mine"
    ),
    "explore.kind": FieldText(
        "Whether prices are drawn at random near the best one, to learn.",
        "one of thompson, none",
        "thompson",
    ),
    "explore.budget": FieldText("Expected profit that this may cost.", "share", "1%"),
    "guardrails.minimum_price": FieldText("No price below.", "money", "5.00"),
    "guardrails.maximum_price": FieldText("No price above.", "money", "15.00"),
    "guardrails.minimum_margin": FieldText(
        "(Net price − cost − fees) ÷ net price is at least this; below 0 allows a loss.",
        "share",
        "5%",
    ),
    "guardrails.never_below_cost": FieldText("The same with a margin of 0.", "true or false", True),
    "guardrails.respect_map": FieldText(
        "Not below the product's map_price, the lowest advertised price.", "true or false", True
    ),
    "guardrails.reference_band": FieldText(
        "How far from the offer's first known price, up and down.", "share", "30%"
    ),
    "guardrails.reference_price": FieldText(
        "The centre of the band, instead of the first price.", "money", "9.99"
    ),
    "guardrails.max_step_up": FieldText(
        "How far one change may rise, of the price in force.", "share", "5%"
    ),
    "guardrails.max_step_down": FieldText("How far one change may fall.", "share", "10%"),
    "guardrails.cooldown": FieldText("No change for so long after one.", "duration", "PT1H"),
    "guardrails.max_changes_per_day": FieldText(
        "Changes of an offer in a calendar day.", "number", 4
    ),
    "guardrails.price_endings": FieldText(
        "The last figures of every regular price.", "list of text", [".99", ".49"]
    ),
    "guardrails.never_above_list_price": FieldText(
        "Not above the product's list_price.", "true or false", True
    ),
    "guardrails.protect_channels": FieldText(
        "No other channel is cheaper than these.", "list of text", ["store:112"]
    ),
    "guardrails.freeze.from": FieldText(
        "No change from then on …", "instant", "2026-12-24T00:00:00Z"
    ),
    "guardrails.freeze.until": FieldText(
        "… until then, exclusive.", "instant", "2026-12-27T00:00:00Z"
    ),
    "approval.required_above_step": FieldText("A larger step waits for a person.", "share", "9%"),
    "approval.expires_after": FieldText("A proposal that nobody answers ends.", "duration", "P1D"),
    "breaker.largest_share": FieldText(
        "Share of a category's offers on a channel that may change within the window.",
        "share",
        "20%",
    ),
    "breaker.largest_mean_move": FieldText(
        "How far their prices may move on average, offers that stay counted as 0.", "share", "5%"
    ),
    "breaker.window": FieldText("That window.", "duration", "PT1H"),
    "experiment.name": FieldText("Name of an experiment on this policy.", "text", "autumn"),
    "experiment.holdout": FieldText(
        "Share of the units, drawn by hash, that keep their prices.", "share", 0.1
    ),
    "experiment.unit": FieldText(
        "What is drawn: a product on all channels, or an offer.", "one of sku, offer", "sku"
    ),
    "segments.segment": FieldText("Customers who pay less than the public price.", "text", "b2b"),
    "segments.breaks.minimum_quantity": FieldText("From this quantity on …", "units", 10),
    "segments.breaks.discount": FieldText("… this off the public price.", "share", "5%"),
    "segments.personalise": FieldText(
        "Offers personal prices to customers who agreed to them.", "true or false", True
    ),
    "segments.personal_discount": FieldText(
        "How far below the public price these are.", "share", "5%"
    ),
    "segments.disclosure": FieldText(
        "The text that tells the customer so; absent, our own.",
        "text",
        "This price was made for you.",
    ),
    "segments.quotes.largest_discount": FieldText(
        "No quote is further below what the customer pays without one.", "share", "30%"
    ),
    "segments.quotes.approval_above": FieldText(
        "A quote of a larger discount waits for approval.", "share", "20%"
    ),
    "segments.quotes.valid_for": FieldText("How long a quote holds.", "duration", "P14D"),
    "promotions.budget": FieldText(
        "What all planned discounts together may give away.", "money", "500.00"
    ),
    "promotions.depths": FieldText("Discounts to choose from.", "list of shares", ["10%", "20%"]),
    "promotions.durations": FieldText(
        "Lengths to choose from, whole days.", "list of durations", ["P7D"]
    ),
    "promotions.ahead": FieldText("How far ahead a promotion may begin.", "duration", "P14D"),
    "buckets": FieldText(
        "How sales are counted; absent, an offer's speed decides.", "one of hour, day", "hour"
    ),
    "shadow": FieldText(
        "Prices are decided and explained, and published to price-decisions alone.",
        "true or false",
        True,
    ),
}
