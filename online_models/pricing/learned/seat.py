"""The pricing policy in force: the package's own, until a better one arrives on `model-updates`."""

from __future__ import annotations

from functools import cache
from importlib import resources

from pydantic import TypeAdapter

from online_models.demand.networks.chunks import Assembly, ChunkVerdict
from online_models.demand.networks.container import WeightsError, pack, unpack
from online_models.persistence.kinds import Coded, Part
from online_models.persistence.saved import Saved, attribute
from online_models.pricing.learned.policy import LearnedPolicy
from schemas.records.demand.model_updates import ModelUpdate
from schemas.records.record import decode

#: A `model-updates` value.
FILE = "trained.json"


@cache
def trained() -> LearnedPolicy:
    """That policy, checked like any update.

    >>> trained().document()["name"]
    'pricing-policy'
    """
    value = (resources.files(__package__) / FILE).read_bytes()
    packed = Assembly().add(decode(TypeAdapter(ModelUpdate), value))
    assert packed is not None
    return LearnedPolicy.of(*packed)


#: The version of the policy that the package brings.
PACKAGED = "packaged"


def _packed(sent: LearnedPolicy | None) -> bytes | None:
    return None if sent is None else pack(sent.document(), sent.weights)


def _unpacked(plain: bytes | None) -> LearnedPolicy | None:
    return None if plain is None else LearnedPolicy.of(*unpack(plain))


class PolicySeat:
    """One policy and its version; mutated by updates alone.

    A policy has no trial on live windows: what it is worth shows in simulated markets, before it
    is published. So whatever arrives whole prices at once.

    >>> PolicySeat().version
    'packaged'
    """

    SAVED = Saved(
        version=str,
        sent=attribute("_sent", Coded(_packed, _unpacked)),
        assembly=attribute("_assembly", Part()),
    )

    def __init__(self) -> None:
        self.version = PACKAGED
        self._sent: LearnedPolicy | None = None
        self._assembly = Assembly()

    @property
    def policy(self) -> LearnedPolicy:
        """The policy that prices."""
        return self._sent or trained()

    def accept(self, update: ModelUpdate) -> ChunkVerdict:
        """Take up one `model-updates` record of policies; a bad one changes no price."""
        version = str(update.version)
        if update.weights is None:
            if version != self.version:
                return ChunkVerdict("rejected", f"policy {version} is unknown")
            if update.status == "retired":
                self.version, self._sent = PACKAGED, None
            return ChunkVerdict("accepted")
        try:
            packed = self._assembly.add(update)
            if packed is None:
                return ChunkVerdict("pending")
            policy = LearnedPolicy.of(*packed)
        except WeightsError as error:
            return ChunkVerdict("rejected", f"policy {version}: {error}")
        if update.status != "retired":
            self.version, self._sent = version, policy
        return ChunkVerdict("accepted")
