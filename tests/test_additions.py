"""A guardrail, a strategy, a topic and a model are added to a copy of the tree, as a contributor
would add them; everything else finds them, and the files that were touched are counted.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[1]
LAYERS = ("schemas", "online_models", "streams")

#: Of each addition: new files, and what is put in front of a line that is there.
NEW: dict[str, dict[str, str]] = {
    "guardrail": {
        "online_models/pricing/guardrails/round_sum.py": '''"""No price above a round sum."""
import numpy as np

from online_models.pricing.guardrails.guardrail import Bound


def _ceiling(context):
    return np.full(len(context), 950)


RULE = Bound(
    "round_sum",
    "The round sum",
    binds=lambda terms: terms.policy.guardrails.round_sum,
    ceiling=_ceiling,
    facts=lambda terms: {"sum": "round"},
)
''',
    },
    "strategy": {
        "online_models/pricing/strategies/penny.py": '''"""A penny above the price in force."""
from online_models.pricing.strategies.strategy import Proposal, never


class Penny:
    kind = "penny"
    silences = ("it has no price",)

    def propose(self, entry, context):
        return Proposal(context.price + 1, never(context), {"before": context.price})

    def sentence(self, detail):
        return f"A penny on {detail['before']} gives"

    def recompute(self, detail, digits):
        return round(float(detail["before"]) * 10**digits) + 1
''',
    },
    "topic": {
        "schemas/records/shop/weather.py": '''"""`weather`: what it is like outside."""
from schemas.records.record import Event
from schemas.values.fields import Name


class Weather(Event):
    """The weather of a place."""

    place: Name
    sky: Name
''',
    },
    "model": {
        "online_models/demand/steady.py": '''"""Always the same."""
from typing import NamedTuple

import numpy as np

from online_models.demand.forecast import UnitsForecast
from online_models.persistence.saved import Saved


class Steady:
    SAVED = Saved(seen=int)

    def __init__(self):
        self.seen = 0

    def grow(self, offers, categories, channels):
        pass

    def predict(self, window):
        return Always(np.full(len(window.seen), 4.0))

    def learn(self, window, prediction):
        self.seen += len(window.seen)
        return prediction.forecast().log_score(window.seen.units)


class Always(NamedTuple):
    mean: np.ndarray

    @property
    def covered(self):
        return np.ones(len(self.mean), np.bool_)

    def forecast(self):
        return UnitsForecast.single(self.mean, np.full(len(self.mean), 2.0))
''',
    },
}
LINES: dict[str, list[tuple[str, str, str]]] = {
    "guardrail": [
        (
            "online_models/pricing/guardrails/__init__.py",
            "    reference_band,\n",
            "    round_sum,\n",
        ),
        (
            "online_models/pricing/guardrails/__init__.py",
            "    minimum_price.RULE,\n",
            "    round_sum.RULE,\n",
        ),
        (
            "schemas/records/policy/guardrails.py",
            "    minimum_price: Annotated[\n",
            "    round_sum: Annotated[\n"
            "        Flag | None,\n"
            '        FieldWords("Round sum", "No price above it.", "true or false", True,\n'
            '            policy="Never above a round sum.", because="a round sum is enough"),\n'
            "    ] = None\n",
        ),
    ],
    "strategy": [
        (
            "online_models/pricing/strategies/__init__.py",
            "STRATEGIES: tuple",
            "from online_models.pricing.strategies.penny import Penny\n",
        ),
        ("online_models/pricing/strategies/__init__.py", "    Optimise(),\n", "    Penny(),\n"),
        (
            "schemas/records/policy/strategies.py",
            "Strategy = Annotated[\n",
            "class Penny(Incoming):\n"
            '    """A penny more."""\n'
            '    kind: Annotated[Literal["penny"], FieldWords("Method", "A penny more.", "text",\n'
            '        "penny", policy="a penny more", because="a penny more is asked")]\n\n',
        ),
        ("schemas/records/policy/strategies.py", "    Optimise | MatchCompetitor", "    Penny |"),
    ],
    "topic": [
        (
            "schemas/topics.py",
            "from schemas.values.instants import DAY\n",
            "from schemas.records.shop.weather import Weather\n",
        ),
        (
            "schemas/topics.py",
            '    Topic("orders", "in", Order),\n',
            '    Topic("weather", "out", Weather, ("place",)),\n',
        ),
        (
            "schemas/examples/__init__.py",
            "EXAMPLES: dict",
            'OUTPUTS["weather"] = {"place": "Ulm", "sky": "clear"}\n',
        ),
    ],
    "model": [
        (
            "online_models/demand/ensemble/experts.py",
            "#: Name → builder.",
            "def _steady(_settings: object, _calendar: object, _tree: object) -> Expert:\n"
            "    from online_models.demand.steady import Steady\n"
            "    return Steady()\n\n\n",
        ),
        (
            "online_models/demand/ensemble/experts.py",
            '    "count": _count,\n',
            '    "steady": _steady,\n',
        ),
    ],
}
#: A file of its own, the line that names it, and where the layers below must know it its entry.
MOST_FILES = {"guardrail": 3, "strategy": 3, "topic": 3, "model": 2}

USED = """
import json
import numpy as np
from online_models.demand import DemandModels, DemandSettings, Observations
from online_models.pricing.explanation.narrate import words
from online_models.pricing.explanation.recompute import recompute
from schemas.export.json_schema import json_schema
from schemas.records.policy.pricing_policies import Policy
from schemas.topics import TOPICS
from streams.reference.policy import page
from streams.web.words.policies import in_words
from streams.web.words.policy_fields import described
from streams.web.words.reasons import reason
from tests.online_models.pricing.conftest import Shop

document = {
    "policy_id": "p",
    "strategy": [{"kind": "penny"}],
    "guardrails": {"minimum_price": "1.00", "round_sum": True},
}
found = {"decided": []}
for price in ("9.40", "9.60"):
    shop = Shop()
    shop.product(price=price)
    policy = Policy.model_validate(document)
    shop.decide(shop.pricing.put_policy("p", policy, shop.now), "pricing-policies")
    decision = shop.decisions[-1]
    steps = decision["explanation"]
    assert recompute(steps, "EUR") == decision["price"]
    steps[0]["output"] = None
    assert recompute(steps, "EUR") == decision["price"], "the strategy's own"
    rules = [step["rule"] for step in steps]
    detail = next(step["detail"] for step in steps if step["rule"] == "round_sum")
    found["decided"].append(
        [decision["price"], decision["reason"], rules, detail, words(decision)]
    )
found["words"] = [
    *in_words(document), reason("round_sum"), reason("penny"), *described("guardrails.round_sum")
]
found["page"] = page()
found["schema"] = json_schema(TOPICS["weather"])
models = DemandModels(DemandSettings(experts=("count", "filter", "steady")))
models.register([0], [0], [0], [0])
for day in range(5):
    models.learn(Observations.of([0], day * 86_400_000, [4.0], price=1000.0))
found["seen"] = models.experts["steady"].seen
print(json.dumps(found))
"""


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    tree = tmp_path_factory.mktemp("tree")
    for layer in LAYERS:
        shutil.copytree(ROOT / layer, tree / layer, ignore=shutil.ignore_patterns("__pycache__"))
    for kind, new in NEW.items():
        for name, text in new.items():
            (tree / name).write_text(text, encoding="utf-8")
        for name, before, line in LINES[kind]:
            text = (tree / name).read_text(encoding="utf-8")
            assert text.count(before) == 1, f"{name}: {before!r}"
            changed = text.replace(before, line + before)
            (tree / name).write_text(changed, encoding="utf-8")
    # not compiled: a copy would compile every rule anew
    settings = {"PYTHONPATH": os.pathsep.join([str(tree), str(ROOT)]), "NUMBA_DISABLE_JIT": "1"}
    done = subprocess.run(
        [sys.executable, "-c", USED],
        cwd=tree,
        env={**os.environ, **settings},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)  # type: ignore[no-any-return]


@pytest.mark.parametrize("kind", NEW)
def test_few_files_are_touched(kind: str) -> None:
    assert len({*NEW[kind], *(name for name, *_ in LINES[kind])}) <= MOST_FILES[kind]


def test_a_guardrail_and_a_strategy_decide_and_are_explained(found: dict[str, Any]) -> None:
    free, bound = found["decided"]
    assert free[:2] == ["9.41", "penny"]
    assert bound[0] == "9.50"
    for _, _, rules, detail, sentences in (free, bound):
        assert rules == ["penny", "round_sum", "minimum_price"]
        assert detail == {"maximum": "9.50", "sum": "round"}
        assert any("The round sum asks for at most 9.50" in sentence for sentence in sentences)
    assert any(sentence.startswith("A penny on 9.40 gives") for sentence in free[4])


def test_their_words_reach_people(found: dict[str, Any]) -> None:
    sentences, clauses = found["words"][1:4], found["words"][4:]
    assert sentences == ["A penny more.", "Never cheaper than 1.00.", "Never above a round sum."]
    assert clauses == ["a round sum is enough", "a penny more is asked", "Round sum", ""]
    assert "| `guardrails.round_sum` | – | true or false | No price above it. |" in found["page"]
    assert "| `strategy[penny].kind` |" in found["page"]


def test_a_topic_has_its_schema(found: dict[str, Any]) -> None:
    assert found["schema"]["title"] == "weather"
    assert set(found["schema"]["required"]) == {"place", "sky"}


def test_a_model_learns_beside_the_others(found: dict[str, Any]) -> None:
    assert found["seen"] == 5
