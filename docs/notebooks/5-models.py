# %% [markdown]
# # Train and judge a model
#
# Models learn from closed windows of demand (`demand-observations`), which a replay writes. Here
# are the twelve best sellers of the demo's grocery over nine weeks; six weeks are the least.

# %%
import contextlib
import io
import json
import subprocess
import sys

import pandas as pd

from streams.cli import main

main(["demo", "--items", "12", "--days", "63", "--record", "grocery"])
main(["replay", "grocery", "--out", "seen"])

# %% [markdown]
# ## Train
#
# Three models compete: a running level, which knows no prices; a linear regression; and boosted
# trees. Each learns up to a day and forecasts what came after it, twice. Then the best learns
# once more, and is judged on the last weeks, which none has seen. Networks (`mlp`, `gru`) are
# trained in the same way and take minutes. The command starts processes, so it runs as one itself.

# %%
train = "train grocery seen --models level,linear,boosting --processes 1 --out trained"
command = [sys.executable, "-m", "streams.cli", *train.split()]
done = subprocess.run(command, capture_output=True, text=True, check=True)
print(done.stdout + done.stderr)

# %% [markdown]
# `mase` says how far the forecasts are from what was sold, as a share of the error of "as much as a
# week ago". `log_loss` also asks whether the model knew how sure it could be: one that is near and
# too sure of itself has a good `mase` and a bad `log_loss`, as happens with so few weeks.
#
# What the winner expects of each offer is in a recording: units of a day by price. A worker takes
# these records on `demand-forecasts`, and weighs them by how they turn out, level and answer to the
# price apart: so a model that is wrong about either moves no price for long.

# %%
lines = pd.read_json("trained/demand-forecasts.jsonl.gz", lines=True, dtype={"key": str})
curves = pd.json_normalize(lines["value"].tolist(), "points", ["sku"])
curves["price"] = curves["price"].astype(float)
curves["units"] = curves["units"].astype(float)
curves.head(10).round(2)

# %% [markdown]
# The dearer, the fewer: the first and the last price of each offer.

# %%
ends = curves.sort_values("price").groupby("sku")[["price", "units"]].agg(["first", "last"])
ends.round(2)

# %% [markdown]
# ## Judge
#
# The pricer's own models on the same recording. Each forecasts every window from what was known
# before it, and then learns it: nothing is judged on what it has seen. `wape` is the share of the
# units that was forecast wrongly; `coverage_90`, how often sales lay in the 90 % interval, should
# be 0.9.

# %%
out = io.StringIO()
with contextlib.redirect_stdout(out):
    main(["evaluate", "grocery", "--json"])
judged = pd.DataFrame(json.loads(out.getvalue())["models"]).set_index("name")
judged[["wape", "log_score", "coverage_90"]].round(3)

# %%
assert (ends["units", "last"] <= ends["units", "first"]).mean() > 0.7
assert judged.loc["mixture", "coverage_90"] > 0.7
