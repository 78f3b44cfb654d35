"""Settings from a TOML file."""

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

from streams.configuration.spelling import CONFIG

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
