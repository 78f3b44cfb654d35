"""The strategies by kind. A strategy is one file, its entry in the policy's model, and one line."""

from online_models.pricing.strategies.cost_plus import CostPlus
from online_models.pricing.strategies.keep import Keep
from online_models.pricing.strategies.markdown import Markdown
from online_models.pricing.strategies.match_competitor import MatchCompetitor
from online_models.pricing.strategies.optimise import Optimise
from online_models.pricing.strategies.reinforcement import Reinforcement
from online_models.pricing.strategies.second_hand import SecondHand
from online_models.pricing.strategies.strategy import Proposal, Strategy

STRATEGIES: tuple[Strategy, ...] = (
    Optimise(),
    MatchCompetitor(),
    CostPlus(),
    Markdown(),
    Keep(),
    Reinforcement(),
    SecondHand(),
)

__all__ = ["STRATEGIES", "Proposal", "Strategy"]
