"""The generated files: their content, and whether those on disk are current."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from schemas.export.asyncapi import asyncapi
from schemas.export.avro import avro_schema
from schemas.export.json_schema import json_schema
from schemas.topics import TOPICS

FOLDER = Path(__file__).parent.parent / "generated"


def generated() -> dict[str, str]:
    """Path below `FOLDER` → content, sorted and the same at every run."""
    files: dict[str, Any] = {"asyncapi.json": asyncapi()}
    for topic in TOPICS.values():
        if topic.direction != "internal":
            files[f"json_schema/{topic.name}.json"] = json_schema(topic)
            if topic.name != "dead-letters":  # whose value is whatever came
                files[f"avro/{topic.name}.avsc"] = avro_schema(topic)
    return {path: _text(files[path]) for path in sorted(files)}


def write() -> None:
    """Write every generated file, and remove what is generated no more."""
    files = generated()
    for path in _present():
        if path not in files:
            (FOLDER / path).unlink()
    for path, text in files.items():
        (FOLDER / path).parent.mkdir(parents=True, exist_ok=True)
        (FOLDER / path).write_text(text, encoding="utf-8")


def stale() -> list[str]:
    """Paths of the files that are missing, outdated or left over."""
    files = generated()
    present = {path: (FOLDER / path).read_text(encoding="utf-8") for path in _present()}
    return sorted(
        path for path in files.keys() | present.keys() if files.get(path) != present.get(path)
    )


def _present() -> list[str]:
    found = (path for path in FOLDER.rglob("*") if path.is_file())
    return sorted(path.relative_to(FOLDER).as_posix() for path in found)


def _text(document: Any) -> str:
    return json.dumps(document, indent=1, ensure_ascii=False, sort_keys=True) + "\n"
