from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from streams.configuration.policy_file import PolicyFileError, load


def policy(policy_id: str = "p", **fields: Any) -> dict[str, Any]:
    return {"policy_id": policy_id, "version": 1, "strategy": [{"kind": "keep"}]} | fields


def written(tmp_path: Path, content: Any) -> Path:
    path = tmp_path / "policies.json"
    path.write_bytes(content if isinstance(content, bytes) else json.dumps(content).encode())
    return path


def test_a_file_holds_policies_in_an_array_or_one_by_itself(tmp_path: Path) -> None:
    many = load(written(tmp_path, [policy("q"), policy("p")]))
    assert [record.key for record in many] == ["q", "p"]
    assert json.loads(many[0].value) == policy("q")
    (one,) = load(written(tmp_path, policy("r")))
    assert one.key == "r"


def test_an_empty_array_means_no_policies(tmp_path: Path) -> None:
    assert load(written(tmp_path, [])) == []


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"{", "not JSON"),
        (b"\xff", "not JSON"),
        (b"[" * 100_000, "deep"),
        ([policy("p"), policy("q", version="x")], "policy 2 of 2: version"),
        ([policy("p"), policy("q"), policy("p")], "'p' occurs twice"),
        ("text", "policy 1 of 1"),
    ],
)
def test_what_is_wrong_is_told_with_file_policy_and_field(
    tmp_path: Path, content: Any, said: str
) -> None:
    with pytest.raises(PolicyFileError) as caught:
        load(written(tmp_path, content))
    assert "policies.json" in str(caught.value)
    assert said in str(caught.value)


def test_a_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(PolicyFileError, match="No such file"):
        load(tmp_path / "none.json")
