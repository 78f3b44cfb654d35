# %% [markdown]
# # Plan a promotion
#
# A plan rests on what earlier promotions have shown: what they sold more, what customers bought
# ahead and did not buy later, and what other offers lost. Here is a recorded shop that had some.

# %%
import contextlib
import io
import json
from pathlib import Path

import pandas as pd

from streams.cli import main
from tests.streams.commands.recorded_shop import recorded_shop

folder = recorded_shop(Path("shop"))
policy = {"policy_id": "p", "promotions": {"budget": "100000.00"}}
Path("policy.json").write_text(json.dumps(policy))

# %% [markdown]
# The budget bounds what all discounts together may give away.

# %%
out = io.StringIO()
with contextlib.redirect_stdout(out):
    main(["promotions", str(folder), "--policies", "policy.json", "--json"])
plans = pd.json_normalize(json.loads(out.getvalue())["plans"])
plans.head()

# %% [markdown]
# A plan changes nothing. Send its record to the topic `promotions`, and it runs.

# %%
assert len(plans) > 0
assert plans["sku"].notna().all()
