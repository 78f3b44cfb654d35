"""Exact money: decimals on the wire, integer minor units inside."""

from __future__ import annotations

import re
from collections.abc import Iterable
from decimal import ROUND_HALF_EVEN, Context, Decimal

from schemas.values.limits import LARGEST_AMOUNT, shown

#: Active codes by their number of minor digits (ISO 4217 list one; codes without a minor unit,
#: such as gold or special drawing rights, price nothing and are left out), and BGN, withdrawn in
#: 2026, for recordings from before.
_BY_DIGITS = {
    0: "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF",
    2: """
        AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BGN BMD BND BOB BOV BRL BSD BTN BWP BYN
        BZD CAD CDF CHE CHF CHW CNY COP COU CRC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP
        GBP GEL GHS GIP GMD GTQ GYD HKD HNL HTG HUF IDR ILS INR IRR JMD KES KGS KHR KPW KYD KZT
        LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MXV MYR MZN NAD NGN
        NIO NOK NPR NZD PAB PEN PGK PHP PKR PLN QAR RON RSD RUB SAR SBD SCR SDG SEK SGD SHP SLE
        SOS SRD SSP STN SVC SYP SZL THB TJS TMT TOP TRY TTD TWD TZS UAH USD USN UYU UZS VED VES
        WST XAD XCD XCG YER ZAR ZMW ZWG
    """,
    3: "BHD IQD JOD KWD LYD OMR TND",
    4: "CLF UYW",
}

#: Currency code → number of minor digits.
MINOR_DIGITS: dict[str, int] = {
    code: digits for digits, codes in _BY_DIGITS.items() for code in codes.split()
}

#: The most minor digits of any currency; an amount whose currency is known only later keeps them.
MOST_DIGITS = max(MINOR_DIGITS.values())


def minor_digits(currency: str) -> int:
    """The number of minor digits of `currency`; ValueError where the code is unknown.

    >>> minor_digits("JPY"), minor_digits("USD"), minor_digits("KWD")
    (0, 2, 3)
    """
    digits = MINOR_DIGITS.get(currency)
    if digits is None:
        raise ValueError(f"{currency!r} is not an active ISO 4217 currency code")
    return digits


#: The largest amount in minor units of whichever currency; no price is higher.
LARGEST_MINOR: int = LARGEST_AMOUNT * 10**MOST_DIGITS

#: No honest amount is longer; bounds the work that a hostile text can cause.
LONGEST_TEXT = 64

#: Distinct amounts remembered per currency; beyond it the memory starts anew.
_REMEMBERED = 1 << 15

_TEXT = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d{1,3})?", re.ASCII)
_WIDE = Context(prec=2 * LONGEST_TEXT)


#: So many digits before the point are no amount beyond the largest.
_SURE_DIGITS = len(str(LARGEST_AMOUNT)) - 1
_SCALE: list[int] = [10**digits for digits in range(5)]
_STEP = [Decimal(1).scaleb(-digits) for digits in range(5)]


class Amounts(dict[str | int | float, int]):
    """`amounts[value]` is `scaled(value, digits)`, remembered: prices repeat, and this is hot.

    >>> Amounts(2)["12.99"]
    1299
    """

    def __init__(self, digits: int) -> None:
        super().__init__()
        self.digits = digits

    def __missing__(self, value: str | int | float) -> int:
        amount = scaled(value, self.digits)
        if len(self) >= _REMEMBERED:
            self.clear()
        self[value] = amount
        return amount


def to_minor(value: str | int | float | Decimal, currency: str) -> int:
    """`value` in minor units of `currency`, exact; surplus decimals are rounded half to even.

    A float stands for its shortest decimal (that of its `repr`), so a JSON number comes out as it
    was written. ValueError where the currency is unknown, or `value` is malformed, not finite or
    beyond `LARGEST_AMOUNT`.

    >>> to_minor("12.99", "USD"), to_minor(12.99, "USD"), to_minor("1500", "JPY")
    (1299, 1299, 1500)
    >>> to_minor("0.125", "EUR"), to_minor("0.135", "EUR")
    (12, 14)
    """
    if type(value) is str:
        try:
            return _AMOUNTS[currency][value]
        except KeyError:
            pass
    return scaled(value, minor_digits(currency))


def scaled(value: str | int | float | Decimal, digits: int) -> int:
    """`value` × 10^`digits` (0 to 4), rounded half to even; errors as those of `to_minor`.

    >>> scaled("-0.01", 4)
    -100
    """
    if type(value) is str:
        whole, _, tail = value.partition(".")
        if len(tail) == digits and len(whole) <= _SURE_DIGITS:
            figures = whole + tail
            if whole and figures.isdecimal() and figures.isascii():
                return int(figures)
    elif type(value) is float:
        # The nearest integer, accepted only where it divides back to this very double: then the
        # double's shortest decimal is that quotient (at most 15 significant digits).
        if -1e11 < value < 1e11:
            minor: int = round(value * _SCALE[digits])
            if minor / _SCALE[digits] == value:
                return minor
    elif type(value) is int and abs(value) <= LARGEST_AMOUNT:
        return value * _SCALE[digits]
    return _scaled_decimal(to_decimal(value), digits)


_AMOUNTS = {code: Amounts(digits) for code, digits in MINOR_DIGITS.items()}


def to_decimal(value: str | int | float | Decimal) -> Decimal:
    """`value` as an exact Decimal; ValueError where it is malformed, not finite or absurd."""
    if isinstance(value, str):
        if len(value) > LONGEST_TEXT or not _TEXT.fullmatch(value):
            raise ValueError(f"{shown(value)} is not a decimal amount")
        number = Decimal(value)
    elif isinstance(value, bool) or not isinstance(value, (int, float, Decimal)):
        raise ValueError(f"{shown(value)} is not an amount: expected decimal text or a number")
    elif isinstance(value, float):
        number = Decimal(repr(value))
    else:
        number = Decimal(value)
    if not number.is_finite():
        raise ValueError(f"{value!r} is not a finite amount")
    if abs(number) > LARGEST_AMOUNT:
        raise ValueError(f"{shown(value)} is beyond any amount ({LARGEST_AMOUNT:,})")
    return number


def plain(amount: Decimal) -> str:
    """`amount` without exponent, unless it would then be too long to be read again (`1E-200`)."""
    text = f"{amount:f}"
    return text if len(text) <= LONGEST_TEXT else str(amount)


def to_text(minor: int, currency: str) -> str:
    """`minor` units as the decimal text of `currency`, with exactly its minor digits.

    >>> to_text(1299, "USD"), to_text(-5, "USD"), to_text(1500, "JPY")
    ('12.99', '-0.05', '1500')
    """
    return _text(minor, minor_digits(currency))


def texts(minor: Iterable[int], digits: int) -> list[str]:
    """The texts of many amounts, one per element of `minor` (a NumPy array's `tolist()` is best).

    >>> texts([5, 1299], 2)
    ['0.05', '12.99']
    """
    if digits == 0:
        return [str(int(amount)) for amount in minor]
    return [_text(int(amount), digits) for amount in minor]


def rescaled(amount: int, digits: int, to_digits: int) -> int:
    """`amount` held with `digits` decimals, held with `to_digits` instead (half to even).

    >>> rescaled(129950, 4, 2), rescaled(1299, 2, 4)
    (1300, 129900)
    """
    if to_digits >= digits:
        return amount * int(10 ** (to_digits - digits))
    step = int(10 ** (digits - to_digits))
    whole, rest = divmod(amount, step)
    return whole + (2 * rest > step or (2 * rest == step and whole % 2 == 1))


def _text(minor: int, digits: int) -> str:
    if digits == 0:
        return str(minor)
    figures = str(abs(minor)).zfill(digits + 1)
    return f"{'-' if minor < 0 else ''}{figures[:-digits]}.{figures[-digits:]}"


def _scaled_decimal(number: Decimal, digits: int) -> int:
    rounded = number.quantize(_STEP[digits], rounding=ROUND_HALF_EVEN, context=_WIDE)
    return int(rounded.scaleb(digits, context=_WIDE))
