"""What the documents name exists, and what exists is named where they list it."""

from __future__ import annotations

import re
from importlib import import_module
from pathlib import Path

import pytest

from schemas.topics import TOPICS
from streams import cli
from streams.configuration.settings import Settings
from streams.ingest.decoder import INPUTS

ROOT = Path(__file__).parents[1]
DOCS = sorted((ROOT / "docs").glob("*.md"))
PACKAGES = ("schemas", "online_models", "streams")
PATH = re.compile(r"(?:schemas|online_models|streams|tests|deploy|docs)(?:/[\w.*-]+)+/?")
SYMBOL = re.compile(r"(?:schemas|online_models|streams)(?:\.\w+)+")


def quoted(document: Path) -> set[str]:
    """What stands between backticks, and the labels of pictures."""
    text = document.read_text(encoding="utf-8")
    pictures = re.findall(r"```mermaid\n(.*?)```", text, re.DOTALL)
    prose = re.sub(r"```.*?```", "", text, flags=re.DOTALL)
    return {*re.findall(r"`([^`]+)`", prose), *re.findall(r'"([^"]+)"', "".join(pictures))}


def symbol_exists(name: str) -> bool:
    module, parts = name, []
    while module:
        try:
            found = import_module(module)
        except ModuleNotFoundError:
            module, _, last = module.rpartition(".")
            parts.insert(0, last)
            continue
        for part in parts:
            if not hasattr(found, part):
                return False
            found = getattr(found, part)
        return True
    return False


@pytest.mark.parametrize("document", [*DOCS, ROOT / "README.md"], ids=lambda path: path.name)
def test_paths_symbols_and_commands_that_are_named_exist(document: Path) -> None:
    wrong = []
    for text in quoted(document):
        wrong += [path for path in PATH.findall(text) if not (ROOT / path).exists()]
        if SYMBOL.fullmatch(text) and not (ROOT / text).exists() and not symbol_exists(text):
            wrong.append(text)
        command = re.match(r"pricetide ([a-z]+)", text)
        if command and command[1] not in cli.commands():
            wrong.append(text)
        setting = re.fullmatch(r"PRICETIDE_([A-Z_]+)(=.*)?", text)
        if setting and setting[1].lower().partition("__")[0] not in {
            *Settings.model_fields,
            "config",
        }:
            wrong.append(text)
    assert wrong == []


#: These name formats, headers and flags, which look like topics.
OTHER_NAMES = ("commands.md", "feeding.md", "records.md", "settings.md")
#: Consumer groups, which rights are granted on.
GROUPS = {"pricetide-ingest"}


@pytest.mark.parametrize(
    "document",
    [path for path in DOCS if path.name not in OTHER_NAMES],
    ids=lambda path: path.name,
)
def test_topics_that_are_named_exist(document: Path) -> None:
    # a command names its own options, too
    texts = [text for text in quoted(document) if not text.startswith("pricetide ")]
    parts = {part for text in texts for part in re.split(r"[\s·:,]+", text)}
    named = {part for part in parts if re.fullmatch(r"[a-z]+(-[a-z]+)+", part)}
    assert named <= set(TOPICS) | GROUPS


def test_the_architecture_names_every_room_and_every_topic() -> None:
    text = (ROOT / "docs/architecture.md").read_text(encoding="utf-8")
    rooms = {
        f"{package}/{path.name}"
        for package in PACKAGES
        for path in (ROOT / package).iterdir()
        if (path / "__init__.py").is_file()
    }
    assert {room for room in rooms if f"| `{room}` |" not in text} == set()
    assert {name for name in TOPICS if name not in text} == set()


def test_the_threat_model_has_a_row_for_every_topic_that_is_read() -> None:
    text = (ROOT / "docs/threat-model.md").read_text(encoding="utf-8")
    rows = set(re.findall(r"^\| `([a-z-]+)`", text, re.MULTILINE))
    internal = {topic.name for topic in TOPICS.values() if topic.direction == "internal"}
    assert rows >= INPUTS | internal


def test_the_glossary_is_sorted_and_defines_each_word_once() -> None:
    rows = re.findall(
        r"^\| ([^|]+) \| ", (ROOT / "docs/glossary.md").read_text(encoding="utf-8"), re.MULTILINE
    )
    words = [word.lower() for word in rows if word not in ("word", "---")]
    assert len(words) > 30
    assert words == sorted(set(words))
