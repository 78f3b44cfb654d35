"""What time it is: the broker's clock, as the append times of our own journal records tell it."""

from __future__ import annotations

from streams.kafka.surroundings import monotonic, surroundings

#: How far this machine's clock may be from the broker's, ms, before something is wrong with one of
#: them: the skew that Kerberos allows, too (RFC 4120, 8.2).
SKEW = 300_000
#: ms between journal records without events that ask anew while clocks disagree.
ASK_MS = 1000
#: ms after which a leap of the broker's clock is believed.
LEAP_MS = 60_000


class BrokerClock:
    """The broker's time, carried on by this machine's uptime between append times.

    Nothing is timed by this machine's wall clock where a broker tells the time. But where the two
    disagree, one is wrong, and no telling which: time is not moved on from here until they agree.
    Nor is it while the broker's time has just leapt, as it does where both share a machine whose
    clock is set.
    """

    def __init__(self) -> None:
        self._ahead: int | None = None
        #: How far ahead the broker's clock claims to be since when, where that is a leap.
        self._leap: tuple[int, int] | None = None
        self._asked = 0
        self._reported_agrees = False

    def appended(self, at: int) -> None:
        """The broker has just written a record of ours, at ms by its clock."""
        uptime = _uptime()
        ahead = at - uptime
        if self._ahead is None or abs(ahead - self._ahead) <= SKEW:
            self._ahead, self._leap = ahead, None
        elif self._leap is None or abs(ahead - self._leap[0]) > SKEW:
            self._leap = ahead, uptime
        elif uptime - self._leap[1] >= LEAP_MS:
            self._ahead, self._leap = ahead, None

    @property
    def known(self) -> bool:
        """Whether a broker has given the time yet."""
        return self._ahead is not None

    def now(self) -> int:
        """The broker's time, ms; this machine's while no broker has given any."""
        return _wall() if self._ahead is None else _uptime() + self._ahead

    def skew(self) -> int:
        """How far this machine's clock is ahead of the broker's, ms; 0 while that is not known."""
        return 0 if self._ahead is None else _wall() - self.now()

    @property
    def agrees(self) -> bool:
        """Whether time may be moved on from here."""
        return self._leap is None and abs(self.skew()) <= SKEW

    def due(self) -> bool:
        """Whether the broker is to be asked anew: without ticks there may be nothing to write."""
        if self.agrees or _uptime() < self._asked + ASK_MS:
            return False
        self._asked = _uptime()
        return True

    def news(self) -> str | None:
        """What is to be said, once each, of a disagreement that has begun or ended."""
        if self.agrees is not self._reported_agrees:
            return None
        self._reported_agrees = not self.agrees
        if self.agrees:
            return "this machine's clock agrees with the broker's again"
        if self._leap is not None:
            leapt = (self._leap[0] - (self._ahead or 0)) / 1000
            return f"the broker's clock has leapt by {leapt:+,.0f} s: time stands until it is sure"
        ahead = self.skew() / 1000
        way = "ahead of" if ahead > 0 else "behind"
        return (
            f"this machine's clock is {abs(ahead):,.0f} s {way} the broker's: it moves no time on "
            "until they agree"
        )


def _wall() -> int:
    return surroundings().wall_ms()


def _uptime() -> int:
    """ms of a clock that nobody sets."""
    return int(monotonic() * 1000)
