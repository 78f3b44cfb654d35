"""The active ISO 4217 currencies and their minor digits."""

from __future__ import annotations

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
