"""The very same through the command, as any program in any language drives it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

POLICIES = [
    {
        "policy_id": "p",
        "version": 7,
        "strategy": [{"kind": "match_competitor", "offset": "-0.01"}, {"kind": "keep"}],
        "guardrails": {"cooldown": "PT1H", "minimum_price": "8.00"},
    }
]
START = 1_700_006_400_000
HOUR = 3_600_000


@pytest.mark.parametrize("held", [POLICIES, POLICIES[0]], ids=["array", "one policy"])
def test_a_closed_loop_in_lockstep_over_stdin_and_stdout(tmp_path: Path, held: Any) -> None:
    policies = tmp_path / "policies.json"
    policies.write_text(json.dumps(held))
    command = [sys.executable, "-m", "streams.cli", "pipe", "--policies", str(policies)]
    environment = os.environ | {"PRICETIDE_OWN_NAMES": '["acme"]', "OMP_NUM_THREADS": "1"}
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environment
    ) as pipe:
        assert pipe.stdin is not None
        assert pipe.stdout is not None

        def send(topic: str, value: Any) -> None:
            assert pipe.stdin is not None
            pipe.stdin.write(json.dumps({"topic": topic, "key": None, "value": value}).encode())
            pipe.stdin.write(b"\n")

        def tick(time: int) -> list[dict[str, Any]]:
            assert pipe.stdin is not None
            assert pipe.stdout is not None
            send("pricing-control", {"kind": "tick", "time": time})
            pipe.stdin.flush()
            answer: list[dict[str, Any]] = []
            while True:
                out = json.loads(pipe.stdout.readline())
                if out["topic"] == "pricing-control":
                    assert out["value"] == {"kind": "tick", "time": time}
                    return answer
                answer.append(out)

        def competitor(time: int, price: str, who: str = "x") -> None:
            send("competitor-prices", {"sku": "a", "competitor": who, "price": price,
                                       "currency": "USD", "time": time})  # fmt: skip

        product = {"sku": "a", "name": "A", "currency": "USD", "price": "10.00", "cost": "4.00",
                   "category": "c"}  # fmt: skip
        send("products", product)
        first = tick(START)
        assert [out["value"]["policy_version"] for out in first] == [7]
        competitor(START + 1, "5.00", "ACME")
        competitor(START + 2, "9.00")
        competitor(START + 3, "7.00")
        prices = [o["value"]["price"] for o in tick(START + 4) if o["topic"] == "price-changes"]
        assert prices == ["8.99"]
        later = tick(START + 2 * HOUR)
        assert [o["value"]["price"] for o in later if o["topic"] == "price-changes"] == ["8.00"]
        pipe.stdin.write(b'{"not json\n')
        letter = tick(START + 3 * HOUR)[0]
        assert letter["topic"] == "dead-letters"
        assert letter["value"] == '{"not json'
        pipe.stdin.close()
        assert pipe.stdout.read() == b""
        assert pipe.wait(30) == 0
