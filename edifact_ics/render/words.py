"""Values as people write them: codes with what they mean, dates, amounts."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation

from edifact_ics.guide.mig_tree import Value

_MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)


def worded(value: Value, text: str) -> str:
    """Return a value with what its code means, or a date as people write it."""
    if value.type == "date" and len(text) == 8:
        return f"{text} ({date(text)})"
    label = value.codes.labels.get(text) if value.codes else None
    return f"{text} ({label})" if label else text


def date(text: str) -> str:
    """Return CCYYMMDD as 21 November 2026; what is no date stays."""
    if text.isdecimal() and 1 <= int(text[4:6]) <= 12:
        return f"{int(text[6:8])} {_MONTHS[int(text[4:6]) - 1]} {text[:4]}"
    return text


def money(text: str) -> str:
    """Return an amount in Australian dollars: 1,321.65 AUD; more than two decimals only where they say something."""
    try:
        amount = Decimal(text)
    except InvalidOperation:
        return text
    cents = amount.quantize(Decimal("0.01"))
    return f"{cents if cents == amount else amount.normalize():,} AUD"
