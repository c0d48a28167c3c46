"""The Common Messaging Rules: what holds for every message that goes to Customs.

Most of them are kept elsewhere and say so in the catalogue: cleaning of values and form of dates when a message is
read, what was sent before by the ledger, the limit of fifty errors by the answer.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from edifact_ics.rules.conditions import ORIGINAL
from edifact_ics.rules.rule import EVERY, Known, rule
from edifact_ics.view import NUMBERS, Complaint, Level, values_of

# What tells the repetitions of a group apart; a group that is not named here is told by all it holds.
KEYS = {
    "AQISDocument": ("AQISDocumentType", "AQISDocumentNumber"),
    "AQISPackage": ("AQISPackageType", "AQISNumberOfPackages"),
    "AQISPremises": ("AQISPremisesIdentifier", "AQISProcessingType"),
    "CommunityProtection": ("CommunityProtectionRiskIdentifier", "CommunityProtectionQuestionIdentifier"),
    "HeaderAmberReason": ("HeaderAmberReasonType",),
    "HeaderAmount": ("HeaderAmountType",),
    "LineAmberReason": ("LineAmberReasonType",),
    "LineAmount": ("LineAmountType",),
    "LodgementQuestion": ("LodgementQuestionIdentifier",),
    "Quantity": ("QuantityUnit",),
}
_TOLD_BY = {key: values_of(names) for key, names in KEYS.items()}
_VERSION = re.compile("0*[1-9][0-9]*")


@rule("CMR-03", on="SenderReferenceVersion", when=ORIGINAL, own=True)
def original_version(header: Level, known: Known) -> Iterator[Complaint]:
    version = header.said["SenderReferenceVersion"]
    if version.isascii() and version.isdigit() and int(version) < 1:
        yield header.complaint("SenderReferenceVersion", f"An Original has version 1 or higher, not {version}.")


@rule("CMR-09d", on="SenderReferenceVersion", own=True)
def whole_version(header: Level, known: Known) -> Iterator[Complaint]:
    version = header.said["SenderReferenceVersion"]
    if not _VERSION.fullmatch(version):
        text = f"Sender Reference Version {version!r} is no whole number from 1 on."
        yield header.complaint("SenderReferenceVersion", text)


@rule("CMR-15a", level=EVERY, own=True)
def each_once(level: Level, known: Known) -> Iterable[Complaint]:
    found: list[Complaint] = []
    for key, records in level.repeated.items():
        if len(records) > 1:
            values = set(map(_TOLD_BY.get(key, _by_all), records))
            if len(values) < len(records):
                found += _twice(level, key, records)
    if level.below:
        found += _numbered_twice(level)
    return found


def _by_all(record: dict[str, str]) -> tuple[str, ...]:
    return tuple(record.values())


def _twice(level: Level, key: str, records: list[dict[str, str]]) -> Iterator[Complaint]:
    seen: set[tuple[str, ...]] = set()
    own = KEYS.get(key)
    for number, record in enumerate(records):
        names = own or tuple(record)
        value = tuple(record.get(name, "") for name in names)
        if value in seen:
            shown = " with ".join(f"{level.guide.label(n)} {v}" for n, v in zip(names, value, strict=True) if v)
            name = next(n for n in names if n in record)
            yield level.complaint(name, f"{shown} was sent before here; each may be sent once.", number)
        elif any(value):
            seen.add(value)


def _numbered_twice(level: Level) -> Iterator[Complaint]:
    seen: set[tuple[str, int]] = set()
    for one in level.below:
        name = NUMBERS.get(one.kind, "")
        number = one.said.get(name, "")
        if not number.isdigit():
            continue
        mark = (one.kind, int(number))
        if mark in seen:
            yield one.complaint(name, f"{one.guide.label(name)} {number} was sent before in this message.")
        seen.add(mark)


@rule("CMR-15b", on="LineAmberReasonType", own=True)
def amber_reasons_once(line: Level, known: Known) -> Iterator[Complaint]:
    seen = set()
    for number, reason in line.each("LineAmberReasonType"):
        if reason in seen:
            text = f"Line Amber Reason Type {reason} was sent before on this line; each may be sent once."
            yield line.complaint("LineAmberReasonType", text, number)
        seen.add(reason)
