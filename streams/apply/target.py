"""Where prices go: what an adapter for a shop has to be, and how it is found."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from importlib.metadata import entry_points
from typing import Literal, NamedTuple, Protocol

from streams.client.records import Change
from streams.errors import InputError

#: Adapters are entry points of this group; their names are the schemes of the URLs that they take.
GROUP = "pricetide.targets"


class Answer(NamedTuple):
    """What a shop says of one change: it shows the price, never will, or wants it again."""

    status: Literal["applied", "rejected", "again"]
    reason: str | None = None


class AwayError(Exception):
    """The shop takes nothing now; `seconds`: when it wants to be asked again, if it said so."""

    def __init__(self, reason: str, seconds: float | None = None) -> None:
        super().__init__(reason)
        self.seconds = seconds


class Target(Protocol):
    """A shop, seen from here. It is opened and closed as an asynchronous context."""

    async def __aenter__(self) -> Target:
        """Connect."""

    async def __aexit__(self, *_: object) -> None:
        """Disconnect."""

    async def apply(self, changes: Sequence[Change]) -> Mapping[str, Answer]:
        """Show these prices; answers by `decision_id`, of which those that lack are wanted again.

        A change may come a second time, and an older one after a newer one where a process was
        killed in between: a shop keeps the revision beside the price, and shows none that is not
        above it. Such a change is "applied", too. AwayError where nothing was taken.
        """


class Open(Protocol):
    """What an entry point names: makes a target of a URL and a secret."""

    def __call__(self, url: str, secret: str | None) -> Target:
        """The target; ValueError says what is wrong with the URL or the secret."""


def target(url: str, secret: str | None) -> Target:
    """The target of a URL. InputError where no adapter takes its scheme, or it cannot be used."""
    scheme = url.partition(":")[0].lower()
    if scheme in ("http", "https"):
        from streams.apply.webhook import Webhook

        open_: Open = Webhook
    else:
        found = entry_points(group=GROUP)
        if scheme not in found.names:
            known = ", ".join(sorted({"http", "https", *found.names}))
            raise InputError(f"--to {url}: it begins with none of {known}")
        open_ = found[scheme].load()
    try:
        return open_(url, secret)
    except ValueError as error:
        raise InputError(f"--to {url}: {error}") from None
