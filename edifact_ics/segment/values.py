"""One value against its row: cleaning, length, type, date, number, code.

Every check looks at a single text; the first fault of a value is its only finding.
"""

from __future__ import annotations

import datetime
import re
from functools import cache, lru_cache
from typing import NamedTuple

from edifact_ics.guide.directory import Format, code_titles
from edifact_ics.guide.mig_tree import Value

_BLANKS = re.compile(" +")
_PADDING = re.compile(r"\A(-?)0+(?=[0-9]+(?:\.[0-9]*)?\Z)")
_NUMBER = re.compile(r"-?(\d*)(?:([.,])(\d*))?")
CHAR = "\0"
_FEW = 12  # codes that are quicker looked for in a pattern than in a set
# A day as CCYYMMDD; the 29th of February is left to the calendar.
_DAY = "(?!0000)[0-9]{4}(?:(?:0[1-9]|1[0-2])(?:0[1-9]|1[0-9]|2[0-8])|(?:0[13-9]|1[0-2])(?:29|30)|(?:0[13578]|1[02])31)"


class Fault(NamedTuple):
    """What is wrong with a value: the finding code, what was expected (a clause for the sentence), and a hint."""

    code: str
    expected: str
    hint: str | None = None


@cache
def _illegal() -> re.Pattern[str]:
    """Matches the characters that Customs leaves out; made when it is first needed, for that takes a while."""
    return re.compile("[\x01-\x1f\x7f-\x9f\ud800-\udfff]")


def clean(text: str) -> str:
    """Return a value as Customs reads it: nulls to blanks, illegal characters out, blanks trimmed and folded.

    Common Messaging Rule 4; nulls come first, since the rule would otherwise remove them as illegal.
    """
    if "\0" in text:
        text = text.replace("\0", " ")
    if not text.isprintable():
        text = _illegal().sub("", text)
    if "  " in text:
        text = _BLANKS.sub(" ", text)
    return text.strip(" ")


def joined(value: Value, texts: list[str]) -> str:
    """Return the components of a value as one text; a blank that was lost at a cut between words is put back."""
    if value.parts != "words":
        return "".join(texts)
    room = value.format.most // value.format.parts
    last = len(texts) - 1
    return "".join(f"{t} " if t and len(t) < room and i < last and texts[i + 1] else t for i, t in enumerate(texts))


def unpadded(text: str) -> str:
    """Return a number without the zeros that pad it: `-0012.50` is -12.50. What is no number stays."""
    return _PADDING.sub(r"\1", text)


def numeral(value: Value, text: str, mark: str) -> str:
    """Return a cleaned value as the canonical XML has it: no padding, and a point where UNA declares a comma (`mark`).

    ISO 9735, 10: which of the two is the decimal mark, UNA says.
    """
    if value.type == "decimal" and mark == ",":
        text = text.replace(",", ".")
    return unpadded(text) if value.padded else text


def marked(value: Value, text: str, mark: str) -> str:
    """Return a value with the decimal mark that UNA declares: the inverse of `numeral`, but for the padding."""
    return text.replace(".", ",") if value.type == "decimal" and mark == "," else text


class Sound(NamedTuple):
    """What texts of a value are surely sound: they match `pattern` and, unless that is None, are among `codes`.

    In the pattern CHAR stands for any character that a text may hold. It never gives back what it took: a text ends
    where a service character stands.
    """

    pattern: str
    codes: frozenset[str] | None


def sound(value: Value, room: int) -> Sound | None:
    """Return which texts of a value `fault` would find nothing in; None where that cannot be said in a pattern.

    `room` is what the component holds. Texts left out may be sound all the same. A text never has a blank at an edge;
    two blanks in a row are for others to look for.
    """
    if value.padded:
        known = _sound(value, room)
        return Sound(f"(?!0[0-9]){known.pattern}", known.codes) if known else None
    return _sound(value, room)


def _sound(value: Value, room: int) -> Sound | None:
    if value.code:
        return Sound(re.escape(value.code), None)
    formats = [value.format, *([value.dictionary] if value.dictionary else [])]
    least, most = max(1, *(f.least for f in formats)), min(room, *(f.most for f in formats))
    codes = frozenset(value.codes.labels) if value.codes and value.codes.labels else None
    if value.type == "decimal":
        if codes is not None:
            return None
        pattern = f"(?![0-9.]{{{most + 1}}})[0-9]{{1,{min(value.digits or most, most)}}}+"
        return Sound(pattern + (f"(?:[.][0-9]{{1,{value.decimals}}}+|)" if value.decimals else ""), None)
    if value.type == "date":
        return Sound(_DAY, codes) if least <= 8 <= most else None
    if value.type not in ("text", "number"):
        return None
    kinds = {f.kind for f in formats}
    if "n" in kinds:
        return Sound(f"[0-9]{{{least},{most}}}+", codes)
    if "a" in kinds:
        return Sound(f"[A-Za-z]{{{least},{most}}}+", codes)
    if codes is not None:
        known = sorted((re.escape(c) for c in codes if least <= len(c) <= most and c.isalnum()), key=len, reverse=True)
        if 0 < len(known) <= _FEW:
            return Sound(f"(?:{'|'.join(known)})", None)
        return Sound(f"[A-Za-z0-9]{{{least},{most}}}+", codes)
    return Sound(f"(?! ){CHAR}{{{least},{most}}}+(?<! )", None)


def fault(value: Value, text: str, element: str) -> Fault | None:
    """Return the first fault of a cleaned, non-empty value, or None. `element` is its number in the directory."""
    if value.type == "decimal":
        return _decimal_fault(value, text) or _code_fault(value, text, element)
    wrong = _format_fault(value, text)
    if wrong is not None and wrong.code == "VAL-11":  # a mere hint: what is known for certain comes first
        return _type_fault(value, text) or _code_fault(value, text, element) or wrong
    return wrong or _type_fault(value, text) or _code_fault(value, text, element)


def _format_fault(value: Value, text: str) -> Fault | None:
    form = value.format
    wrong = _length_fault(form, text) or _kind_fault(form, text)
    if wrong or value.dictionary is None:
        return wrong
    form = value.dictionary
    wrong = _kind_fault(form, text) or _length_fault(form, text)
    if wrong and value.dictionary_basis == "sample":
        return Fault("VAL-11", f"only values of the form {form.text} were seen")
    return wrong


def _length_fault(form: Format, text: str) -> Fault | None:
    length = len(text)
    if length > form.most:
        return Fault(
            "VAL-01", f"at most {form.most} characters are allowed" if form.least < form.most else _exactly(form)
        )
    if length < form.least:
        return Fault("VAL-02", _exactly(form))
    return None


def _exactly(form: Format) -> str:
    return f"exactly {form.most} characters are wanted"


def _kind_fault(form: Format, text: str) -> Fault | None:
    if form.kind == "n" and not (text.isdecimal() and text.isascii()):
        return Fault("VAL-03", "only digits are allowed")
    if form.kind == "a" and not (text.isalpha() and text.isascii()):
        return Fault("VAL-03", "only letters are allowed")
    return None


def _type_fault(value: Value, text: str) -> Fault | None:
    if value.type == "date" and not is_date(text):
        return Fault("VAL-04", "a day that exists is wanted, as CCYYMMDD")
    if value.type == "shortdate" and not is_date("20" + text):
        return Fault("VAL-04", "a day that exists is wanted, as YYMMDD")
    if value.type == "time" and not (text[:2] < "24" and text[2:] < "60"):
        return Fault("VAL-04", "a time that exists is wanted, as HHMM")
    return None


@lru_cache(maxsize=4096)
def is_date(text: str) -> bool:
    """Tell whether a text is a day that exists, as CCYYMMDD."""
    try:
        datetime.date(int(text[:4]), int(text[4:6]), int(text[6:]))
    except ValueError:
        return False
    return True


def _decimal_fault(value: Value, text: str) -> Fault | None:
    match = _NUMBER.fullmatch(text)
    if match is None or not (match[1] or match[3]):
        return Fault("VAL-03", "a number is wanted")
    whole, sign, decimals = match[1], match[2], match[3] or ""
    if sign == ",":
        return Fault("VAL-07", "the decimal sign is a point", text.replace(",", "."))
    if sign and not whole:
        return Fault("VAL-08", "a digit must stand in front of the point")
    if sign and not decimals:
        return Fault("VAL-07", "a digit must stand behind the point")
    if value.digits is not None and len(whole) > value.digits:
        return Fault("VAL-09", f"at most {value.digits} digits may stand before the point")
    if value.decimals is not None and len(decimals) > value.decimals:
        return Fault("VAL-09", f"at most {value.decimals} digits may stand behind the point")
    length = len(whole) + len(decimals)
    most = min(value.format.most, value.dictionary.most if value.dictionary else value.format.most)
    if length > most or (value.format.kind != "n" and len(text) > value.format.most):
        return Fault("VAL-01", f"at most {most} characters are allowed")
    return None


def _code_fault(value: Value, text: str, element: str) -> Fault | None:
    codes = value.codes
    if codes is None or not codes.labels or text in codes.labels:
        return None
    from difflib import get_close_matches  # only a fault needs it, and it takes time to load

    near = get_close_matches(text, codes.labels, 1, 0.6)
    hint = f"Did you mean {near[0]} ({codes.labels[near[0]]})?" if near else None
    known = ", ".join(list(codes.labels)[:12]) + (", …" if len(codes.labels) > 12 else "")
    if not codes.closed:
        return Fault("VAL-06", f"codes known are {known}", hint)
    title = code_titles().get((element, text))
    if title is not None:
        return Fault("VAL-12", f"D.99B knows this code ({title}), ICS takes {known}", hint)
    return Fault("VAL-05", f"codes allowed are {known}", hint)
