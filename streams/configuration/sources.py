"""Settings from a TOML file, and what is said where a source cannot be read."""

from __future__ import annotations

import os
import tomllib
from difflib import get_close_matches
from pathlib import Path

from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsError,
    TomlConfigSettingsSource,
)

from streams.configuration.spelling import CONFIG, PREFIX

#: Read from the working folder where `PRICETIDE_CONFIG` names no other file.
DEFAULT_FILE = "pricetide.toml"


def toml_file(settings_cls: type[BaseSettings]) -> PydanticBaseSettingsSource:
    """The TOML file, which may be absent unless it was named; SettingsError says what is wrong."""
    named = os.environ.get(CONFIG)
    path = Path(named or DEFAULT_FILE)
    if named and not path.is_file():
        raise SettingsError(f"{CONFIG}: no file {named}")
    try:
        source = TomlConfigSettingsSource(settings_cls, toml_file=path)
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, OSError) as error:
        raise SettingsError(f"{path}: {error}") from error
    unknown = sorted(source.toml_data.keys() - settings_cls.model_fields.keys())
    if unknown:
        near = get_close_matches(unknown[0], settings_cls.model_fields, n=1)
        hint = f"; perhaps {near[0]}?" if near else ""
        raise SettingsError(f"{path}: {unknown[0]}: no such setting{hint}")
    return source


def worded(error: SettingsError, settings_cls: type[BaseSettings]) -> str:
    """The error in one line; of a variable that should hold JSON the library names classes only."""
    for name in settings_cls.model_fields:
        if f'"{name}"' in str(error) and isinstance(error.__cause__, ValueError):
            return f"{PREFIX}{name.upper()} is no JSON: {error.__cause__}"
    return str(error)
