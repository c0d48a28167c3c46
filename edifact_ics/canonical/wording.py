"""Why a document breaks its schema, as a plain sentence: what it is about, what was found, what was expected.

The words come from what `xmlschema` knows of the fault; where it has nothing to say, from libxml2's message.
"""

from __future__ import annotations

import re
from typing import Any

_EXPECTED = re.compile(r"Expected is (?:one of )?\( (.*?) \)")
_LISTED = 8


def of_content(name: str, parent: str, message: str) -> str | None:
    """Return a sentence for a fault of what stands in an element, by libxml2's message; None for another fault."""
    expected = _EXPECTED.search(message)
    names = [n.strip().rpartition("}")[2] for n in expected[1].split(",")] if expected else []
    wanted = " or ".join([", ".join(names[: _LISTED - 1]), "others"] if len(names) > _LISTED else names)
    if "This element is not expected" in message:
        if len(names) == 1 and names[0] != "Unmapped":
            return f"{name} stands where {wanted} is expected."
        what = f"{wanted} may stand there" if names and names != ["Unmapped"] else f"nothing more belongs into {parent}"
        return f"{name} is not expected here in {parent}; {what}."
    if "Missing child element" in message:
        return f"{name} is not complete: {wanted} is missing."
    if "Character content other than whitespace" in message or "Character content is not allowed" in message:
        return f"{name} holds text of its own; only elements may stand in it."
    if "Element content is not allowed" in message:
        return f"{name} holds elements; only text may stand in it."
    attribute = re.search(r"attribute '([^']*)'", message)
    if attribute and "not allowed" in message:
        return f"{name} has the attribute {attribute[1].rpartition('}')[2]}; it has none of that name."
    if attribute and "required" in message:
        return f"{name} lacks the attribute {attribute[1]}."
    return None


def only_expected(message: str) -> str:
    """Return the name of the one element that libxml2's message says must stand there, "" if several may."""
    expected = _EXPECTED.search(message)
    names = expected[1].split(",") if expected else []
    name = names[0].strip().rpartition("}")[2] if len(names) == 1 else ""
    return "" if name == "Unmapped" else name


def of_value(name: str, text: str, error: Any) -> str:
    """Return a sentence for a fault of a value, by what `xmlschema` says of it."""
    facet = error.validator
    kind = type(facet).__name__
    found = f"{name} is {text[:60]!r}" if text else f"{name} is empty"
    if kind == "XsdEnumerationFacets":
        codes = [str(code) for code in facet.enumeration]
        return f"{found}; allowed are {', '.join(codes[:15])}{', …' if len(codes) > 15 else ''}."
    if kind == "XsdMaxLengthFacet":
        return f"{name} has {len(text)} characters; at most {facet.value} are allowed."
    if kind == "XsdMinLengthFacet":
        return f"{name} has {len(text)} characters; at least {facet.value} are wanted."
    if kind == "XsdPatternFacets":
        return f"{found}; {_form(' or '.join(facet.regexps))} is wanted."
    reason = re.sub(r"\{urn:[^}]*\}|\b(?:ns\d|tns):", "", str(error.reason or error.message)).strip()
    return f"{found}; {reason[:1].lower()}{reason[1:].rstrip('.')}."


def _form(pattern: str) -> str:
    """Say in words what a pattern wants, where it is one of the plain ones."""
    if re.fullmatch(r"\[0-9\]\{4\}\(0\[1-9\].*", pattern):
        return "a day as CCYYMMDD"
    digits = re.fullmatch(r"\[0-9\]\{(\d+)(?:,(\d+))?\}", pattern)
    if digits:
        low, high = digits[1], digits[2]
        return f"a number of {low} to {high} digits" if high else f"a number of {low} digits"
    return f"a value of the form {pattern}"
