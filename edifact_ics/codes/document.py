"""XSD and INT: the canonical document, and this program itself."""

from __future__ import annotations

from edifact_ics.codes.code import Code
from edifact_ics.finding import Severity

# The canonical document.
XSD: dict[str, Code] = {
    "XSD-01": Code(
        "canonical document not valid",
        "The canonical XML of the message breaks its schema.",
        "Correct the element named.",
        "schemas/, one XSD for each message",
    ),
    "XSD-02": Code(
        "not well-formed XML",
        "The file begins like XML but cannot be read as XML.",
        "Correct the XML at the line named.",
        "XML 1.0",
    ),
    "XSD-03": Code(
        "not a canonical document",
        "The XML is no document of this namespace, or it brings a document type declaration, which is refused.",
        "Write the root element Interchanges in the namespace urn:edifact-ics:canonical, without DOCTYPE.",
        "schemas/, root element",
    ),
}


# This program itself.
INT: dict[str, Code] = {
    "INT-01": Code(
        "a stage of this program failed",
        "Something in this program went wrong on this message. The rest of the file was checked.",
        "Please report it with the message; your data may be in order.",
        "edifact_ics",
    ),
    "INT-02": Code(
        "more findings than are listed",
        "Only the first findings are listed; all were counted and the verdict knows them.",
        "Correct what is listed and check again.",
        "edifact_ics",
        Severity.INFO,
    ),
    "INT-001": Code(
        "a business rule failed",
        "A business rule went wrong on this message: the rule itself, not the data. The other rules were checked.",
        "Please report it with the message. If the rule is your own, correct it; --ignore INT-001 goes on without it.",
        "edifact_ics.rules",
    ),
}
