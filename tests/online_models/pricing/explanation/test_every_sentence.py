"""Every sentence of every decision of varied shops is true, by a reading that shares no code."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from copy import deepcopy
from typing import Any, NamedTuple

import pytest

from online_models.pricing.guardrails import GUARDRAILS
from online_models.pricing.strategies import STRATEGIES
from tests.online_models.pricing.explanation.reading.reader import (
    FORMS,
    UnreadableError,
    UntrueError,
    read,
)
from tests.online_models.pricing.explanation.reading.shops import ALL, decisions, remember

#: Products of a shop: in the short form, and in the long one.
FEW, MANY = (2,), (3, 5, 6)
FOUND = (UntrueError, UnreadableError, LookupError, ValueError)


class Example(NamedTuple):
    """A decision that was read, and a sentence of it."""

    place: int
    sentences: list[str]
    #: What else is read: the record, the facts, and what was before.
    beside: tuple[Any, ...]


def read_all(sizes: tuple[int, ...]) -> tuple[Counter[str], dict[str, Example]]:
    """Read the shops; returns how many sentences of each form and how many steps of each rule there
    were, with the number of decisions as that of `decision`, and an example of each form.
    """
    seen, examples = Counter[str](), dict[str, Example]()
    for products in sizes:
        for name in ALL:
            for sentences, decision, facts, past in decisions(name, products):
                before = deepcopy(past) if len(examples) < len(FORMS) else past
                reading = read(sentences, decision, facts, past)
                seen["decision"] += 1
                seen.update(step["rule"] for step in decision["explanation"])
                seen.update(form for form, _ in reading.seen)
                for form, place in reading.seen:
                    examples.setdefault(form, Example(place, sentences, (decision, facts, before)))
                remember(past, reading)
    return seen, examples


@pytest.fixture(scope="module")
def few() -> tuple[Counter[str], dict[str, Example]]:
    return read_all(FEW)


def test_every_sentence_is_true_and_of_a_form_that_is_said(
    few: tuple[Counter[str], dict[str, Example]],
) -> None:
    seen, _ = few
    assert seen["decision"] > 2000
    assert {rule.name for rule in GUARDRAILS} | {each.kind for each in STRATEGIES} <= set(seen)
    assert {name for name, *_ in FORMS} <= set(seen)


@pytest.mark.parametrize("form", [name for name, *_ in FORMS])
def test_no_number_of_a_sentence_can_be_another(
    few: tuple[Counter[str], dict[str, Example]], form: str
) -> None:
    place, sentences, beside = few[1][form]
    for other in forged(sentences[place]):
        with pytest.raises(FOUND):
            read([*sentences[:place], other, *sentences[place + 1 :]], *deepcopy(beside))


def forged(sentence: str) -> Iterator[str]:
    """The sentence with the first figure of one of its numbers changed."""
    for number in re.finditer(r"(?<![\w.])\d", sentence):
        at = number.start()
        yield f"{sentence[:at]}{(int(sentence[at]) + 1) % 10}{sentence[at + 1 :]}"


@pytest.mark.slow
def test_ten_thousand_decisions_say_nothing_untrue() -> None:
    seen, _ = read_all(MANY)
    print(dict(seen))
    assert seen["decision"] >= 10_000
