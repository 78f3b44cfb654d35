"""What a journal leads to when nothing disturbs: the fold, in process, without Kafka."""

from __future__ import annotations

import hashlib
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping

from online_models.fold.fold import Fold
from streams.configuration.settings import Settings
from streams.journal import codec
from tests.integration.shop.kafka_shop import Published

#: Topics with keys that several partitions write.
SHARED = (
    "pricing-alerts",
    "category-evidence",
    "basket-lines",
    "quote-lines",
    "elasticities",
)


def undisturbed(
    journal: Mapping[int, list[bytes]], until: Mapping[int, int], settings: Settings
) -> list[Published]:
    """The outputs of the journal records below the offsets `until`, partition after partition."""
    outputs = []
    for partition, values in journal.items():
        fold = Fold(settings.fold.of_partition(partition))
        for value in values[: until[partition]]:
            outputs += [Published(*output) for output in fold.step(codec.decode(value))]
    return outputs


def by_key(outputs: Iterable[Published]) -> dict[tuple[str, bytes | None], list[Published]]:
    """Outputs of the same topic and key, in their order.

    What concerns no single SKU comes from all partitions under one key: in no order.
    """
    found: dict[tuple[str, bytes | None], list[Published]] = defaultdict(list)
    for output in outputs:
        found[output.topic, output.key].append(output)
    for (topic, _), those in found.items():
        if topic in SHARED:
            those.sort()
    return dict(found)


def digest(outputs: Iterable[Published], topic: str = "price-changes") -> dict[bytes | None, str]:
    """SHA-256 of each key's values of a topic."""
    return {
        key: hashlib.sha256(b"\n".join(o.value or b"" for o in those)).hexdigest()
        for (of, key), those in by_key(outputs).items()
        if of == topic
    }


def assert_exactly(found: list[Published], expected: list[Published]) -> None:
    """`found` is `expected`: nothing lost, nothing twice, each key in order, byte for byte."""
    there, wanted = Counter(found), Counter(expected)
    extra, missing = there - wanted, wanted - there
    assert not extra + missing, (
        f"{sum(extra.values())} of {len(found)} too many {_topics(extra)}, "
        f"{sum(missing.values())} of {len(expected)} missing {_topics(missing)}; "
        f"first too many: {next(iter(extra), None)}; first missing: {next(iter(missing), None)}"
    )
    assert by_key(found) == by_key(expected)


def _topics(outputs: Counter[Published]) -> dict[str, int]:
    number: Counter[str] = Counter()
    for output, times in outputs.items():
        number[output.topic] += times
    return dict(number)
