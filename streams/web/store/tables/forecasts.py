"""How forecasts fared, summed up by day: of every offer and day they would be too many to read."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Float, Integer, String, Table

from streams.web.store.tables.shop import metadata

#: `day` is the UTC midnight before a bucket began. `weight` is summed over its forecasts.
expert_days = Table(
    "expert_days",
    metadata,
    Column("day", BigInteger, primary_key=True),
    Column("expert", String, primary_key=True),
    Column("weight", Float, nullable=False),
    Column("forecasts", BigInteger, nullable=False),
)

#: Forecasts of about the same size: `size` n stands for those up to 2ⁿ units.
forecast_days = Table(
    "forecast_days",
    metadata,
    Column("day", BigInteger, primary_key=True),
    Column("size", Integer, primary_key=True),
    Column("forecasts", BigInteger, nullable=False),
    Column("forecast", Float, nullable=False),
    Column("units", Float, nullable=False),
)

FORECASTS = (expert_days, forecast_days)
