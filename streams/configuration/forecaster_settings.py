"""Which models the role `forecast` runs, and where it keeps what they know."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator
from pydantic_settings import BaseSettings

#: What a worker mixes at a time (`online_models.demand.forecasts.published`).
MOST_FORECASTERS = 8


class ForecasterTable(BaseModel):
    """A model by its import path and arguments, for all offers together or for each its own.

    It is code that this names, so settings alone may hold it, and no record of a topic.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    model: dict[str, Any]
    by: Literal["all", "offer"] = "all"

    @model_validator(mode="after")
    def _can_be_built(self) -> Self:
        from online_models.forecasting.building import build

        try:
            made = build(self.model)
        except Exception as error:  # whatever somebody's code makes of such arguments
            raise ValueError(f"{type(error).__name__}: {error}") from None
        if not hasattr(made, "learn_one"):
            raise ValueError(f"{type(made).__name__} has no learn_one")
        return self


class ForecasterSettings(BaseSettings):
    """Settings of the role `forecast`."""

    forecasters: dict[str, ForecasterTable] = Field(
        default_factory=dict,
        max_length=MOST_FORECASTERS,
        description="models that learn online and publish forecasts, a table each: "
        '[forecasters.trend] with model = {model = "river.linear_model.BayesianLinearRegression"} '
        'and by = "all" (one for all offers) or "offer"',
    )
    forecasting: Path = Field(
        Path("forecasting"), description="folder of what these models know, kept over restarts"
    )
