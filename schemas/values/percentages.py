"""Percentages: `"5%"`, `"0.05"` or `0.05` on the wire, exact decimal fractions inside."""

from __future__ import annotations

from decimal import ROUND_HALF_EVEN, Context, Decimal

from schemas.values.limits import SHARE_DIGITS, shown
from schemas.values.money import to_decimal

#: Parts per million of the whole: the integer form in which fractions enter arithmetic.
WHOLE = 1_000_000

_WIDE = Context(prec=128)
_FINEST = Decimal(1).scaleb(-SHARE_DIGITS)


def to_fraction(value: str | int | float | Decimal) -> Decimal:
    """The exact fraction: `"5%"`, `"0.05"` and `0.05` are all 0.05; ValueError where malformed.

    >>> to_fraction("5%"), to_fraction(0.05), to_fraction("-12.5%")
    (Decimal('0.05'), Decimal('0.05'), Decimal('-0.125'))
    """
    if isinstance(value, str) and value.endswith("%"):
        try:
            return _readable(to_decimal(value[:-1].rstrip()).scaleb(-2, context=_WIDE))
        except ValueError:
            raise ValueError(f'{shown(value)} is not a percentage such as "5%"') from None
    try:
        return _readable(to_decimal(value))
    except ValueError:
        raise ValueError(f'{shown(value)} is not a fraction: expected "5%" or 0.05') from None


def _readable(fraction: Decimal) -> Decimal:
    """Without digits that its text would be too long with."""
    if fraction.as_tuple().exponent >= -SHARE_DIGITS:  # type: ignore[operator]
        return fraction
    return fraction.quantize(_FINEST, rounding=ROUND_HALF_EVEN, context=_WIDE)


def to_ppm(value: str | int | float | Decimal) -> int:
    """`to_fraction` in parts per million, the surplus rounded half to even.

    >>> to_ppm("5%"), to_ppm(0.0725)
    (50000, 72500)
    """
    parts = to_fraction(value).scaleb(6, context=_WIDE)
    return int(parts.quantize(Decimal(1), rounding=ROUND_HALF_EVEN, context=_WIDE))


def to_text(fraction: Decimal) -> str:
    """`fraction` as a percentage with its sign `%`, in plain digits.

    >>> to_text(Decimal("0.05")), to_text(Decimal("0.125")), to_text(Decimal("2"))
    ('5%', '12.5%', '200%')
    """
    figures = f"{fraction.scaleb(2, context=_WIDE):f}"
    if "." in figures:
        figures = figures.rstrip("0").rstrip(".")
    return f"{'0' if figures in ('', '-0') else figures}%"
