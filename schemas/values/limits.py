"""The limits of values, and how a wrong one reads in a message.

Whatever is inside must leave exact what is computed from it: integers below 2^63, money that a
JSON number carries unchanged, instants that have a text. And no record may cost the pricer more
than a tenth of a second.
"""

from __future__ import annotations

from typing import Any

#: Money, in whole units of its currency. With the four minor digits that a currency has at most it
#: is 10^15 minor units: 15 significant digits survive a JSON number (an IEEE double) unchanged.
LARGEST_AMOUNT = 10**11
#: Things: sums of as many records as a topic holds stay inside 64 bits.
LARGEST_COUNT = 10**12
#: Versions, priorities, seeds and positions in a topic: beyond, a double skips integers.
LARGEST_ORDINAL = 2**53
#: A share of a price: 10^15 minor units times it stay below 2^60, the pricer's "no ceiling". A
#: larger one is a percentage without its sign, a thousand times over.
LARGEST_SHARE = 1000
#: Digits after the point that a share keeps: far finer than the parts per million that it is
#: computed in, and few enough for its text to be read again.
SHARE_DIGITS = 30
#: A tax, a fee or a distance from a competitor's price of more than ten times the price is a
#: percentage written without its sign.
LARGEST_RATE = 10
#: The weight of one competitor among others, and what only models read: features, measures,
#: expected units. Sums of them, and of their products, stay finite.
LARGEST_WEIGHT = 10**9
LARGEST_NUMBER = 10**18
#: Digits of a price ending on each side of the point: longer ones are prices.
ENDING_DIGITS = 8

#: Identifiers (sku, channel, competitor, …): keys stay small, and a megabyte is no name.
LONGEST_NAME = 256
#: What people read.
LONGEST_TEXT = 8192
#: A category's path: each level is a name of its own, and so a row of the models.
LONGEST_PATH = 1024
DEEPEST_PATH = 16
#: Levels of open-ended JSON.
DEEPEST_JSON = 16

#: Lines of an order, SKUs that a selector names, entries of a broadcast document: thousands. A line
#: may be of a product that nobody has named yet, for which room is made.
MOST_LINES = 2500
MOST_SELECTED = 5000
#: Categories of which the partitions of a journal tell each other.
MOST_CATEGORIES = 100_000
#: Channels of a product: each is an offer of its own, decided with the others.
MOST_CHANNELS = 300
#: What a person lists by hand: tags, substitutes, competitors, freezes, endings.
MOST_LISTED = 200
#: What a catalogue's system knows of a product: each is a word to the models.
MOST_ATTRIBUTES = 1000
#: Entries that are worked through at every decision of every offer.
MOST_STRATEGIES = 16
MOST_SEGMENTS = 16
MOST_BREAKS = 16
#: Quantity breaks of all segments of a policy: each is a price of its own of every offer.
MOST_SEGMENT_PRICES = 64
#: Lines of a request for a quote: each is explained in the answer.
MOST_QUOTED = 200
#: Prices at which one forecast says what is sold, the windows that it holds for, and how far ahead
#: they reach: a curve is fitted to all points as the record comes.
MOST_POINTS = 64
MOST_WINDOWS = 1000
LONGEST_FORECAST_DAYS = 800


#: Enough to recognise what was sent.
LONGEST = 64


def shown(value: Any) -> str:
    """JSON's name for `value`, at moderate length; what is inside lists and objects is left out.

    >>> print(shown(True), shown(None), shown(7), shown("7"), shown([7]), shown({}))
    true null 7 '7' a list an object
    """
    if isinstance(value, str):
        return repr(value if len(value) <= LONGEST else value[:LONGEST] + "…")
    if isinstance(value, (list, tuple)):
        return "a list"
    if isinstance(value, dict):
        return "an object"
    if value is None or isinstance(value, bool):
        return str(value).lower().replace("none", "null")
    text = str(value)
    return text if len(text) <= LONGEST else text[:LONGEST] + "…"


def readable(text: str) -> str:
    """`text`, cut where a record could not hold it: who quotes another's text adds words to it.

    >>> readable("no reason given")
    'no reason given'
    >>> len(readable("x" * LONGEST_TEXT + "!"))
    8192
    """
    return text if len(text) <= LONGEST_TEXT else text[: LONGEST_TEXT - 1] + "…"
