"""Writes `docs/settings.md` from the settings' declaration: `python -m
streams.configuration.reference`.
"""

from __future__ import annotations

import typing
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pydantic import BaseModel, SecretStr
from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined

from streams.configuration.cluster_examples import EXAMPLES
from streams.configuration.settings import Settings
from streams.configuration.spelling import PREFIX
from streams.mapping.topic_settings import FieldSource, TopicSettings

PAGE = Path(__file__).parents[2] / "docs" / "settings.md"
INTRODUCTION = """\
# Settings

This page is made from the settings' declaration (`python -m streams.configuration.reference`).

A flag of a command goes first, then the variable, then `pricetide.toml` of the working folder, or
the file that `PRICETIDE_CONFIG` names; there a setting's name is in small letters and without
`PRICETIDE_`. A name that is no setting is refused. In a variable, lists and tables are JSON.
"""


def page() -> str:
    """The page."""
    parts = [INTRODUCTION, _table(Settings, lambda name: f"`{PREFIX}{name.upper()}`")]
    parts.append("## A table of a topic\n\n`[topics.NAME]`, for each that needs it.\n")
    parts.append(_table(TopicSettings, lambda name: f"`{name}`"))
    parts.append(
        "## The source of a field\n\nIn `[topics.NAME.fields]`: a path, or a table of these.\n"
    )
    parts.append(_table(FieldSource, lambda name: f"`{name}`"))
    parts.append("## Examples\n")
    for provider, note, toml in EXAMPLES:
        said = f"{note}\n\n" if note else ""
        parts.append(f"### {provider}\n\n{said}```toml\n{toml}```\n")
    return "\n".join(parts)


def _table(model: type[BaseModel], shown: Any) -> str:
    lines = ["| setting | default | what it is |", "|---|---|---|"]
    for name, field in model.model_fields.items():
        described = (field.description or "").replace("|", "\\|").replace("\n", " ")
        choices = ", ".join(f"`{choice}`" for choice in _choices(field.annotation))
        said = f"{described}. One of {choices}" if choices else described
        lines.append(f"| {shown(field.alias or name)} | {_default(field)} | {said} |")
    return "\n".join(lines) + "\n"


def _choices(annotation: Any) -> Iterator[str]:
    if typing.get_origin(annotation) is typing.Literal:
        yield from typing.get_args(annotation)


def _default(field: FieldInfo) -> str:
    if field.default_factory is not None or field.default in (None, PydanticUndefined, "", ()):
        return ""
    value = field.default
    if isinstance(value, SecretStr):
        return f"`{value.get_secret_value()}`"
    if isinstance(value, frozenset):
        return ""
    return f"`{value}`"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
