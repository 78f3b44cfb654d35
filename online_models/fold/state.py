"""Everything that the fold knows of one partition."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace

from online_models.demand.ensemble.models import DemandModels
from online_models.demand.ensemble.report import LearnReport
from online_models.demand.inputs.observations import Observations
from online_models.demand.networks.champions import Notice
from online_models.demand.records.drift_reports import DriftReports
from online_models.demand.records.elasticities import ElasticityFeed
from online_models.demand.records.evidence_exchange import EvidenceExchange
from online_models.demand.settings import DemandSettings
from online_models.fold.clock import Clock
from online_models.journal.source_progress import SourceProgress
from online_models.persistence.kinds import Part
from online_models.persistence.saved import Saved, attribute
from online_models.pricing.policy.settings import PricingSettings
from online_models.pricing.pricing import Pricing
from online_models.pricing.quotes.desk import QuoteDesk
from online_models.pricing.quotes.open_requests import OpenRequests
from online_models.recommendations.basket_feed import BasketFeed
from online_models.recommendations.desk import RecommendationDesk
from online_models.shop.catalogue import Catalogue
from online_models.shop.cleaning.cleaning import Cleaning
from online_models.shop.competitors import CompetitorPrices
from online_models.shop.listing import Listing
from online_models.shop.stock import Stock
from online_models.windows.demand_windows import DemandWindows
from online_models.windows.order_log import OrderLog
from online_models.windows.pending_events import PendingEvents
from online_models.windows.price_evidence import PriceEvidence
from online_models.windows.sales_speed import SalesSpeed
from schemas.values.instants import DAY, HOUR


@dataclass(frozen=True, slots=True)
class FoldSettings:
    """What a replay must repeat to get the same prices."""

    #: Length of a demand window in ms. Where it is a day, offers that sell by the dozen every hour,
    #: or whose policy says so, have windows of an hour.
    window_ms: int = DAY
    #: An instant at which windows of several days begin, ms; None: the day of the first event.
    windows_from_ms: int | None = None
    #: How long after a window's end late events still count, ms. None: an hour for hours, a day
    #: for days.
    lateness_ms: int | None = None
    #: Partitions of the shop's journal: several share what they learn of categories.
    partitions: int = 1
    #: Which of them the fold is, from 0.
    partition: int = 0
    #: Learn, and decide nothing: whose prices were charged is history.
    observe_only: bool = False
    demand: DemandSettings = field(default_factory=DemandSettings)
    pricing: PricingSettings = field(default_factory=PricingSettings)

    def of_partition(self, number: int) -> FoldSettings:
        """Those of one of the shop's partitions."""
        return replace(self, partition=number)

    @property
    def named_part(self) -> str:
        """Which part of the journal the fold is, as alerts end with it; nothing where it is all."""
        return f" (partition {self.partition})" if self.partitions > 1 else ""

    @property
    def speaks_for_shop(self) -> bool:
        """Whether the fold says what all partitions meet alike, so that it is said once."""
        return self.partition == 0

    @property
    def allowed_lateness_ms(self) -> int:
        """Allowed lateness in ms."""
        if self.lateness_ms is not None:
            return self.lateness_ms
        return DAY if self.window_ms >= DAY else HOUR

    @property
    def hourly_lateness_ms(self) -> int:
        """Allowed lateness of the windows of fast offers, ms."""
        return HOUR if self.lateness_ms is None else self.lateness_ms


class State:
    """The parts, wired together. Mutated by the fold alone."""

    SAVED = Saved(
        clock=Part(),
        progress=Part(),
        catalogue=Part(),
        listing=Part(),
        competitors=Part(),
        stock=Part(),
        windows=Part(),
        price_evidence=Part(),
        sales_speed=Part(),
        order_log=Part(),
        cleaning=Part(),
        demand=Part(),
        pricing=Part(),
        desk=Part(),
        open_requests=attribute("open_requests", Part(), optional=True),
        basket_feed=attribute("basket_feed", Part(), optional=True),
        recommendations=attribute("recommendations", Part(), optional=True),
        elasticities=Part(),
        evidence=Part(),
        drift_reports=Part(),
        day=int,
        waiting=dict[int, tuple[str, int, int]],
        counts=dict[str, int],
        notices=list[Notice],
    )
    #: Empty once it is flushed, as it is before every snapshot.
    TRANSIENT = ("pending", "on_learnt")

    def __init__(self, settings: FoldSettings) -> None:
        self.settings = settings
        self.clock = Clock()
        self.progress = SourceProgress()
        self.catalogue = Catalogue()
        self.listing = Listing()
        self.competitors = CompetitorPrices(settings.pricing.own_names)
        self.stock = Stock()
        self.windows = DemandWindows(
            settings.window_ms,
            settings.allowed_lateness_ms,
            settings.hourly_lateness_ms,
            settings.demand.utc_offset_ms,
        )
        self.price_evidence = PriceEvidence()
        self.sales_speed = SalesSpeed(settings.window_ms == DAY and not settings.observe_only)
        self.order_log = OrderLog()
        self.pending = PendingEvents()
        self.cleaning = Cleaning()
        self.demand = DemandModels(settings.demand)
        own = replace(settings.pricing, named_part=settings.named_part)
        self.pricing = Pricing(self.catalogue, self.competitors, self.stock, self.demand, own)
        self.desk = QuoteDesk()
        self.open_requests = OpenRequests()
        self.basket_feed = BasketFeed()
        self.recommendations = RecommendationDesk()
        self.elasticities = ElasticityFeed()
        self.evidence = EvidenceExchange()
        self.drift_reports = DriftReports()
        #: Day (UTC, since the epoch) of the last look at what is looked at once a day.
        self.day = -1
        #: Offers that appeared before any event moved the clock: priced at the first that does.
        #: Each with the record that put it on sale: its topic, partition and offset.
        self.waiting: dict[int, tuple[str, int, int]] = {}
        #: Things worth an alert at the next tick: kind → how many.
        self.counts: dict[str, int] = {}
        #: The same, each with words of its own.
        self.notices: list[Notice] = []
        #: Called with every closed window's observations and what the models had forecast.
        self.on_learnt: Callable[[Observations, LearnReport], None] | None = None

    def grow(self) -> None:
        """Give every part a row per offer."""
        offers = self.catalogue.offers.size
        if offers == self.listing.size:
            return
        self.listing.grow(offers)
        self.windows.grow(offers)
        self.sales_speed.grow(offers)
        self.cleaning.grow(offers)
        for row in range(self.stock.levels.size, offers):
            channel = self.catalogue.offer_name(row)[1]
            self.stock.appear(row, int(self.catalogue.offers.sku[row]), channel)
        self.pricing.grow()

    def count(self, kind: str, number: int = 1) -> None:
        """Count something that deserves an alert."""
        if number:
            self.counts[kind] = self.counts.get(kind, 0) + number
