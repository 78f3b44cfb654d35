"""What a user may tune about the demand models, in one place."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class DemandSettings:
    """Settings of the demand models of one partition; part of what a replay must repeat."""

    #: Experts that forecast side by side, the leading one first; the filter and the
    #: deep model, which is silent without a champion, always run.
    experts: tuple[str, ...] = ("count", "filter", "panel", "deep")
    #: River regressors or forecasters that run with them, such as
    #: `river.linear_model.BayesianLinearRegression`: they are forecast with and weighed, and leave
    #: prices alone. One model per offer or per category (`river_by`).
    river: tuple[str, ...] = ()
    river_by: str = "offer"
    #: Elasticity before any evidence, where no margins tell of one. Meta-analyses put store-level
    #: own-price elasticities at −1.76 (Tellis, JMR 1988) and −2.62, median −2.22 (Bijmolt,
    #: van Heerde, Pieters, JMR 2005).
    elasticity_mean: float = -2.5
    #: Its standard deviation between categories, and between the offers of one category.
    elasticity_between_categories: float = 0.4
    elasticity_between_offers: float = 0.45
    #: Standard deviation of what prices that follow the pricer's own rule tell wrongly of the
    #: elasticity, before the data say more. The rule of `optimise` does not look at the level of
    #: demand, so next to nothing.
    confounding: float = 0.02
    #: Elasticity to the prices of the rest of the category before any evidence, its standard
    #: deviation between shops, and between the categories of one; within a category, offers scatter
    #: by half of that. Between nothing at all and the tenth of the lost units that a category keeps
    #: in a nested logit of 15 offers: all categories together soon tell which.
    cross_mean: float = 0.1
    cross_between_shops: float = 0.2
    cross_between_categories: float = 0.05
    #: Random walk of an offer's log level in the filter, standard deviation per square root of
    #: a day: 1.1 in a year. The other experts tune their memories themselves.
    level_drift: float = 0.06
    #: Random walk of the elasticities, per square root of a day: 0.3 in two years.
    elasticity_drift: float = 0.011
    #: Weight of one day's evidence on weekday factors: about three months of memory.
    calendar_forgetting: float = 0.99
    #: How far the shop's clock is ahead of UTC's in ms: its days, weekdays and hours are counted.
    utc_offset_ms: int = 0
    #: False-alarm control of drift detection: mean days between false alarms of one offer.
    drift_days_between_false_alarms: float = 2000.0

    @property
    def scatter(self) -> float:
        """Variance of an offer's elasticity before any evidence."""
        between, within = self.elasticity_between_categories, self.elasticity_between_offers
        return between * between + within * within
