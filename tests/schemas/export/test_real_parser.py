"""The AsyncAPI document, read by the parser of those who make AsyncAPI."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from schemas.export.asyncapi import asyncapi
from tests.toolchains import build

PARSER = "@asyncapi/parser@3"
#: Severities of its diagnostics: 0 errors, 1 warnings; below are hints.
READ = """\
import { readFileSync } from "node:fs";
import { Parser } from "@asyncapi/parser";

const text = readFileSync("asyncapi.json", "utf8");
const { document, diagnostics } = await new Parser().parse(text);
console.log(JSON.stringify({
  channels: document?.channels().all().map((channel) => channel.address()) ?? [],
  wrong: diagnostics.filter(({ severity }) => severity < 2),
}));
"""


def read(folder: Path) -> dict[str, list[object]]:
    done = subprocess.run(
        ["node", "read.mjs"], cwd=folder, capture_output=True, text=True, timeout=120, check=True
    )
    return json.loads(done.stdout)


@pytest.mark.slow
def test_the_document_is_asyncapi_to_its_makers_parser(tmp_path: Path) -> None:
    build(tmp_path, "npm", "install", "--no-audit", "--no-fund", PARSER)
    (tmp_path / "read.mjs").write_text(READ)
    document = asyncapi()
    (tmp_path / "asyncapi.json").write_text(json.dumps(document))
    found = read(tmp_path)
    assert found["wrong"] == []
    assert found["channels"] == list(document["channels"])
    del document["channels"]["orders"]["address"]
    document["operations"]["receive-orders"]["action"] = "eat"
    (tmp_path / "asyncapi.json").write_text(json.dumps(document))
    assert read(tmp_path)["wrong"]
