# %% [markdown]
# # Compare two policies
#
# On a recording, both run through the same pricer. What a policy would have earned it cannot tell,
# as customers never saw its prices; a simulated market can.

# %%
import msgspec
import numpy as np
import pandas as pd

from streams.simulation.cells import Cell, Entrant, Setting, run

# %% [markdown]
# Two policies that differ in how far a price may step.

# %%
cautious = {
    "policy_id": "cautious",
    "strategy": [{"kind": "optimise"}],
    "explore": {"kind": "thompson", "budget": "2%"},
    "guardrails": {"minimum_margin": "0%", "reference_band": "20%", "max_step_up": "3%"},
}
bolder = cautious | {
    "policy_id": "bolder",
    "guardrails": {"minimum_margin": "0%", "reference_band": "60%", "max_step_up": "10%"},
}

# %% [markdown]
# Three markets of 20 offers for 40 days, with unchanged prices (`fixed`) beside them. A real
# comparison takes more of each: `pricetide simulate`.

# %%
setting = Setting("plain", sales=8.0, offers=20, days=40)
entrants = [Entrant("fixed")] + [
    Entrant(policy["policy_id"], msgspec.json.encode([policy]).decode())
    for policy in (cautious, bolder)
]
profits = pd.DataFrame(
    {
        who.name: [run(Cell(setting, who, seed)).profit.sum() for seed in range(3)]
        for who in entrants
    }
)
gain = profits.div(profits["fixed"], axis=0) - 1
gain.round(3)

# %%
assert gain["fixed"].eq(0).all()
assert np.isfinite(gain.to_numpy()).all()
