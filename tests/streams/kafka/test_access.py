"""The rights of a role cover what its part of the worker does."""

from __future__ import annotations

import pytest

from streams.ingest.decoder import INPUTS
from streams.kafka.access import FED, INGESTED, ROLES, STEERING, grant
from streams.kafka.admin import TopicsError
from streams.kafka.names import TopicNames


def test_ingest_may_read_every_topic_that_it_decodes() -> None:
    assert set(INGESTED) == INPUTS


def test_each_topic_of_the_shop_may_be_written_without_the_others() -> None:
    assert {"orders", "clickstream", "products"} <= set(FED)
    assert not set(FED) & set(STEERING)
    for topic in FED:
        rights = [f"write topic {topic}", "write transactional id {app}-import"]
        assert [str(right) for right in ROLES[f"feed-{topic}"]] == rights
    assert {right.name for right in ROLES["feed"]} == {*FED, "{app}-import"}


def test_a_users_groups_are_those_of_its_name_alone() -> None:
    groups = [right.name for right in ROLES["apply"] if right.kind == "group"]
    assert groups == ["{user}", "{user}-*"]


@pytest.mark.parametrize(
    ("user", "app"),
    [
        ("pricetide", "pricetide"),
        ("shop", "shop-2"),
        ("pricetide-ingest", "pricetide"),
        ("pricetide-ingest-2", "pricetide"),
    ],
)
def test_a_user_whose_groups_would_be_the_pricers_is_refused(user: str, app: str) -> None:
    with pytest.raises(TopicsError, match="are the pricer's"):
        grant({}, f"User:{user}", "apply", app, TopicNames())


@pytest.mark.parametrize("user", ["", "*", "sh*", "p*"])
def test_a_user_that_stands_for_many_is_refused(user: str) -> None:
    with pytest.raises(TopicsError, match="stands for many users"):
        grant({}, f"User:{user}", "apply", "pricetide", TopicNames())
