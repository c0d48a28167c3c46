"""How identifiers, sites, addresses and days are written, and read from what a person typed."""

from __future__ import annotations

import datetime
import re

from edifact_ics.bureau.registry.refusal import Refused
from edifact_ics.civil_time import CANBERRA
from edifact_ics.reference import is_abn

_FIRST_CENTRE = "001"
_SITE = re.compile("[A-Z]{3}[0-9]{3}[A-Z]")
_CCID = re.compile("[A-Z0-9]{1,11}")
_EMAIL = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9-]{1,63}(\.[A-Za-z0-9-]{1,63})+")


def identifier(text: str) -> str:
    """Return a client's identifier as the registry writes it: ABN/CAC, else that of Customs (CCID).

    Blanks and the letters ABN are passed over, and an ABN without an activity centre means 001.
    """
    word = re.sub(r"\s", "", text).upper().removeprefix("ABN")
    number, slash, centre = word.partition("/")
    if number.isdecimal() and len(number) == 11:
        if not is_abn(number):
            raise Refused(
                f"{number} is no Australian Business Number: its check digits are wrong.", "Look it up again."
            )
        centre = centre if slash else _FIRST_CENTRE
        if not re.fullmatch("(?!000)[0-9]{3}", centre):
            raise Refused(f"{centre!r} is no client activity centre.", "Write three digits from 001 to 999.")
        return f"{number}/{centre}"
    if slash or not _CCID.fullmatch(word):
        raise Refused(
            f"{text!r} is neither an ABN nor a client identifier.",
            "Write eleven digits, with /002 for another activity centre; or the identifier that Customs gave.",
        )
    return word


def organisation(client: str) -> str:
    """Return what an agreement is made with: the ABN whatever the activity centre, or the client identifier."""
    return client.partition("/")[0]


def has_abn(client: str) -> bool:
    """Tell whether a client is known by its ABN."""
    return "/" in client


def is_site(text: str) -> bool:
    """Tell whether text has the form of an EDI site."""
    return _SITE.fullmatch(text) is not None


def site_name(text: str) -> str:
    """Return the name of an EDI site."""
    word = text.strip().upper()
    if not is_site(word):
        raise Refused(
            f"{text!r} is no EDI site.", "Write the three letters, three digits and one letter that Customs gave."
        )
    return word


def email(text: str) -> str:
    """Return an e-mail address, "" for none."""
    word = text.strip()
    if word and not _EMAIL.fullmatch(word):
        raise Refused(f"{text!r} is no e-mail address.", "Write name@host, without a display name.")
    return word


def line(text: str, what: str) -> str:
    """Return text that stands on one line, blanks at its ends taken off."""
    word = text.strip()
    if not word.isprintable():
        raise Refused(f"The {what} {text!r} holds characters that cannot be printed.", "Write it on one line.")
    if len(word) > 200:
        raise Refused(f"The {what} has {len(word)} characters.", "Write at most 200.")
    return word


def storable(text: str) -> str:
    """Return text of a stranger as every database takes it: at most 200 characters, NUL and surrogates as escapes."""
    return text[:200].replace("\0", "\\x00").encode("utf-8", "backslashreplace").decode("utf-8")


def moment(at: datetime.datetime) -> str:
    """Return a moment as the tables hold it, in UTC."""
    return at.astimezone(datetime.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def day_in_canberra(at: datetime.datetime) -> str:
    """Return the day it is in Canberra, as the tables hold it."""
    return at.astimezone(CANBERRA).date().isoformat()
