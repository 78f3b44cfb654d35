"""Secrets of the settings, taken out of whatever is logged."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator
from contextlib import suppress
from urllib.parse import urlsplit

from pydantic import SecretStr

from streams.addresses import without_logins
from streams.configuration.settings import Settings

#: The password as a database's address has it: it may hold what ends a host, or makes it none.
_PASSWORD = re.compile(r"://[^:/@]*:([^@]+)@")


class Redacted(logging.Filter):
    """Takes secrets out of lines: libraries log the settings that they are given, at `debug`."""

    def __init__(self, settings: Settings) -> None:
        super().__init__()
        values = {*_secrets(settings)} - {""}
        self._secrets = sorted(values, key=len, reverse=True)

    def filter(self, record: logging.LogRecord) -> bool:
        """Always True."""
        text = record.getMessage()
        if record.exc_info:
            trace = logging.Formatter().formatException(record.exc_info)
            if self._without_secrets(trace) != trace:
                text, record.exc_info, record.exc_text = f"{text}\n{trace}", None, None
        shown = self._without_secrets(text)
        if shown != record.getMessage():
            record.msg, record.args = shown, ()
        return True

    def _without_secrets(self, text: str) -> str:
        for secret in self._secrets:
            text = text.replace(secret, "***")
        return without_logins(text)


def _secrets(settings: Settings) -> Iterator[str]:
    """What no line may hold: settings that are secret, and passwords in addresses."""
    for name, field in type(settings).model_fields.items():
        value = getattr(settings, name)
        if value == field.default:  # everybody knows it
            continue
        for each in value if isinstance(value, tuple) else (value,):
            secret = isinstance(each, SecretStr)
            text = each.get_secret_value() if isinstance(each, SecretStr) else each
            if secret:
                yield text
            if isinstance(text, str) and "://" in text:
                with suppress(ValueError):  # no host, as some read it
                    yield urlsplit(text).password or ""
                if secret:
                    yield from _PASSWORD.findall(text)
                    # slack+https://…: what is asked there is all behind the sign
                    yield text.partition("+")[2]
