# %% [markdown]
# # Explore a recording
#
# A recording is a folder with a file for each topic, one JSON record a line. Here it is two weeks
# of the demo's grocery; `pricetide record` makes one of your own topics.

# %%
from pathlib import Path

import pandas as pd

from streams.cli import main

main(["demo", "--items", "30", "--days", "14", "--record", "grocery"])

# %% [markdown]
# pandas reads the files as they are.


# %%
def frame(folder: str, topic: str) -> pd.DataFrame:
    """The values of a topic's records, one a row."""
    lines = pd.read_json(Path(folder) / f"{topic}.jsonl.gz", lines=True, dtype={"key": str})
    return pd.json_normalize(lines["value"].tolist())


products = frame("grocery", "products")
orders = frame("grocery", "orders")
len(products), len(orders)

# %% [markdown]
# Units and revenue by product.

# %%
lines = orders.explode("lines", ignore_index=True)
lines = pd.json_normalize(lines["lines"].tolist()).assign(time=lines["time"])
lines["revenue"] = lines["quantity"] * lines["unit_price"].astype(float)
sold = lines.groupby("sku")[["quantity", "revenue"]].sum().sort_values("revenue", ascending=False)
sold.head()

# %%
assert len(sold) == len(products)
assert (sold["quantity"] > 0).all()
