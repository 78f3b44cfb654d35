"""What the fields of a policy are called on its form, and in a comparison of two versions."""

from __future__ import annotations

from streams.web.words.figures import plain

#: Path → its label and, where it needs one, a hint.
_FIELDS = {
    "policy_id": ("Name", ""),
    "status": ("Status", "only an active policy rules offers"),
    "priority": ("Priority", "the highest that selects an offer rules it"),
    "more": ("More", ""),
    "seed": ("Seed of random draws", ""),
    "buckets": ("Demand is counted by", "empty: as an offer's speed asks for"),
    "select": ("Which offers", "what is empty does not restrict; a list is separated by commas"),
    "select.skus": ("Products (SKU)", ""),
    "select.categories": ("Categories", "and what lies below them"),
    "select.brands": ("Brands", ""),
    "select.tags": ("Tags", ""),
    "select.roles": ("Roles", "kvi, core, long_tail"),
    "select.channels": ("Channels", ""),
    "objective": ("Goal", ""),
    "objective.maximise": ("As much as possible of", ""),
    "objective.horizon": ("Looking ahead", "such as 30 days"),
    "objective.sell_by": ("Sold by", "such as 2026-12-24T18:00:00Z"),
    "objective.minimum_units": ("At least so many units", ""),
    "strategy": ("How the price is found", "the first that has a price decides"),
    "explore": ("Learning", "tries other prices now and then"),
    "explore.kind": ("Method", ""),
    "explore.budget": ("Share of profit it may cost", "such as 1%"),
    "guardrails": ("Rules for every price", "what is empty does not bind"),
    "guardrails.minimum_price": ("Lowest price", ""),
    "guardrails.maximum_price": ("Highest price", ""),
    "guardrails.minimum_margin": ("Lowest margin", "such as 5%"),
    "guardrails.never_below_cost": ("Never below cost", ""),
    "guardrails.respect_map": ("Keep the maker's lowest advertised price", ""),
    "guardrails.reference_band": ("Band around the reference price", "such as 20%"),
    "guardrails.reference_price": ("Reference price", "empty: the first known price"),
    "guardrails.max_step_up": ("Largest rise at once", "such as 5%"),
    "guardrails.max_step_down": ("Largest fall at once", "such as 10%"),
    "guardrails.cooldown": ("Time between two changes", "such as 6 hours"),
    "guardrails.max_changes_per_day": ("Changes a day, at most", ""),
    "guardrails.price_endings": ("Price endings", "such as .99, .49"),
    "guardrails.never_above_list_price": ("Never above the list price", ""),
    "guardrails.protect_channels": ("Channels that no other may undercut", ""),
    "guardrails.freeze": ("Frozen times", 'such as [{"from": "…", "until": "…"}]'),
    "approval": ("Approval", ""),
    "approval.required_above_step": ("Steps above this wait", "such as 15%"),
    "approval.expires_after": ("A proposal expires after", "such as 1 day"),
    "breaker.largest_share": ("Largest share of a category", "such as 20%"),
    "breaker.largest_mean_move": ("Largest mean move", "such as 3%"),
    "breaker.window": ("Within", "such as 1 hour"),
    "breaker": ("Breaker", "stops prices where too much of a category would move at once"),
    "experiment": ("Experiment", "leaves a share of offers alone, to measure what pricing brings"),
    "experiment.name": ("Name of the experiment", ""),
    "experiment.holdout": ("Share left alone", "such as 10%"),
    "experiment.unit": ("Drawn by", ""),
    "segments": ("Prices of customer groups", "as JSON"),
    "promotions": ("Planning of promotions", ""),
    "promotions.budget": ("Budget", ""),
    "promotions.depths": ("Depths", "such as 10%, 20%"),
    "promotions.durations": ("Durations", "such as P7D"),
    "promotions.ahead": ("Begins within", "such as 14 days"),
}
_STRATEGY = {
    "kind": ("Method", ""),
    "which": ("Which rival", ""),
    "rank": ("Rank", "1 is the lowest"),
    "weights": ("Weights of rivals", "as JSON"),
    "offset": ("Against it", "an amount (-0.01) or a share (-1%)"),
    "max_age": ("Prices not older than", "such as 1 day"),
    "known_for": ("Rivals known for at least", "such as 1 day"),
    "minimum_confidence": ("Least confidence of the match", "0 to 1"),
    "competitors": ("Only these rivals", ""),
    "exclude": ("Not these rivals", ""),
    "include_shipping": ("With shipping", ""),
    "margin": ("Margin", "such as 25%"),
    "salvage": ("Worth of what is left", "as a share of the price"),
    "model": ("Model", ""),
}


def described(path: str) -> tuple[str, str]:
    """Label and hint of a field by its path: `guardrails.max_step_up`, `strategy.1.offset`."""
    found = _FIELDS.get(path)
    if found is None and path.startswith("strategy."):
        found = _STRATEGY.get(path.rpartition(".")[2])
    name = plain(path.rpartition(".")[2])
    return found or (name[:1].upper() + name[1:], "")


def label(path: str) -> str:
    """The label, where it stands alone: a strategy's says which of them it is."""
    parts = path.split(".")
    name = described(path)[0]
    if parts[0] == "strategy" and len(parts) > 2:
        return f"Method {parts[1]}, {name[:1].lower()}{name[1:]}"
    return name
