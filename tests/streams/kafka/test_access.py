"""The rights of a role cover what its part of the worker does."""

from __future__ import annotations

import pytest

from streams.ingest.decoder import INPUTS as DECODED
from streams.kafka.access import FED, INGESTED, ROLES, STEERING, grant
from streams.kafka.admin import TopicsError
from streams.kafka.names import TopicNames
from streams.web.api.events import INPUTS
from streams.web.store.intake.take import TOPICS


def test_ingest_may_read_every_topic_that_it_decodes() -> None:
    assert set(INGESTED) == DECODED


def test_the_console_may_do_what_it_does_and_sets_no_price() -> None:
    rights = {str(right) for right in ROLES["console"]}
    followed = {f"read topic {topic}" for topic in TOPICS}
    watched = {f"read topic {topic}" for topic in (*INGESTED, "pricing-journal")}
    posted = {f"write topic {topic}" for topic in INPUTS}
    assert followed | watched | posted <= rights
    assert {"describe group {app}", "describe group {app}-ingest"} <= rights
    written = {right.name for right in ROLES["console"] if right.operation == "write"}
    assert written == {*INPUTS, "pricing-redriven", "{app}-redrive"}


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
