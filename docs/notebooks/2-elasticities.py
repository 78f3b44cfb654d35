# %% [markdown]
# # Read elasticities and curves
#
# The pricer tells what it has learnt on `elasticities`, and what it expects of a price in every
# decision. A replay gives both without Kafka.

# %%
from pathlib import Path

import pandas as pd

from streams.cli import main

main(["demo", "--items", "30", "--days", "14", "--record", "grocery"])
main(["replay", "grocery", "--out", "learnt"])


def frame(folder: str, topic: str) -> pd.DataFrame:
    """The values of a topic's records, one a row."""
    lines = pd.read_json(Path(folder) / f"{topic}.jsonl.gz", lines=True, dtype={"key": str})
    return pd.json_normalize(lines["value"].tolist())


# %% [markdown]
# The newest decision of each offer that the demand models made. Its first step has the own-price
# elasticity with its interval. After two weeks it still rests mostly on what is usual: the
# intervals are wide.

# %%
decisions = frame("learnt", "price-decisions")
newest = decisions.groupby("sku").last()
steps = pd.DataFrame([path[0]["detail"] for path in newest["explanation"]], index=newest.index)
curves = steps[["elasticity", "elasticity_lower", "elasticity_upper"]].astype(float).dropna()
curves.describe()

# %% [markdown]
# The curve through the expected units at the price in force: what 10 % more or less would sell.

# %%
units = newest.loc[curves.index, "expected_kept.units"].astype(float)
moves = {f"{move:+.0%}": units * (1 + move) ** curves["elasticity"] for move in (-0.1, 0.0, 0.1)}
table = pd.DataFrame(moves).round(1)
table.head()

# %%
assert (curves["elasticity_lower"] <= curves["elasticity"]).all()
assert (table["-10%"] >= table["+10%"]).all()
