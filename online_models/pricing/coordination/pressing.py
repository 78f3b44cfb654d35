"""Where a ladder of channels cuts off what an offer wants, so that the other channel makes room."""

from __future__ import annotations

from online_models.pricing.decision.reasons import CODES
from online_models.pricing.decision.resolve import Resolved
from online_models.pricing.guardrails.channel_ladder import ladder_range
from online_models.pricing.strategies.optimise import Optimise

_SEARCHED = CODES[Optimise.kind]


def note_presses(resolved: Resolved) -> None:
    """Write down which way the channels press that others keep a distance from."""
    context = resolved.context
    rules = context.terms.policy.guardrails.channel_ladder
    if not rules:
        return
    names = context.state.catalogue.channel_names
    leaders = {rule.of for rule in rules}
    low, high = ladder_range(context)
    presses = context.state.channels.presses
    for i, row in enumerate(context.rows.tolist()):
        if names[int(context.channel[i])] not in leaders:
            continue
        wanted = int(resolved.target.raw[i])
        # the search for the best price ends at the bounds: there it wants no less than them
        searched = int(resolved.target.by[i] == _SEARCHED)
        pressing = int(wanted > high[i] - searched) - int(wanted < low[i] + searched)
        if pressing:
            presses[row] = pressing
        else:
            presses.pop(row, None)
