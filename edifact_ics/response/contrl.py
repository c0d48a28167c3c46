"""The technical answer to an interchange: CONTRL (D:3) written from the findings; `cusres` writes the business answer.

What each finding becomes (which level, which code of 0085, which place) is the table in `defects`. Counting is that of
ISO 9735: the tag of a segment is element 1, so places are one higher here than in findings, and only here.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from dataclasses import dataclass, field

from edifact_ics.envelope.interchange import CUSTOMS, Interchange
from edifact_ics.finding import Finding, Position, Severity
from edifact_ics.guide.directory import code_titles, segment_types
from edifact_ics.response.defects import (
    DEFECTS,
    MISSING_TRAILER,
    OF_SEGMENT,
    UNSPECIFIED,
    WHOLE,
    WITHOUT_COMPONENT,
)
from edifact_ics.syntax.characters import STANDARD, join_elements
from edifact_ics.syntax.repertoire import outside

REJECTED, ACKNOWLEDGED, RECEIVED = "4", "7", "8"
_MAX_UCS, _MAX_UCD = 999, 99
_SERVICE = ("UNA", "UNB", "UNZ")


@dataclass(slots=True)
class Answered:
    """A message to answer: UNH 0062 and S009 as sent, the number of its segments, its errors of form."""

    reference: str
    type: list[str]
    segments: int
    errors: list[Finding]

    @property
    def copyable(self) -> bool:
        """Tell whether UCM can repeat what identifies the message: nothing missing, nothing too long."""
        sizes = (6, 3, 3, 2)
        mandatory = [self.type[i] if i < len(self.type) else "" for i in range(4)]
        return (
            0 < len(self.reference.strip()) <= 14
            and all(part == part.strip() and 0 < len(part) <= size for part, size in zip(mandatory, sizes, strict=True))
            and len(self.type[4] if len(self.type) > 4 else "") <= 6
            and _plain("".join([self.reference, *self.type]))
        )


def _plain(text: str) -> bool:
    """Tell whether our own check takes the text in an answer: no control character, none outside of UNOC."""
    return text.replace("\xa0", " ").isprintable() and outside(text, "UNOC") is None


@dataclass(frozen=True, slots=True)
class Place:
    """Where a syntax error is: service segment ("" in UCS and UCD), element and component as CONTRL counts them."""

    segment: str
    element: int | None = None
    component: int | None = None


@dataclass(slots=True)
class _SegmentError:
    number: int
    code: str
    elements: list[tuple[str, Place]] = field(default_factory=list)


def errors_of(findings: list[Finding]) -> list[Finding]:
    """Return the findings that a CONTRL reports: errors of form, in the order given."""
    wrong = [f for f in findings if f.severity is Severity.ERROR and (f.code in DEFECTS or f.code == "INT-01")]
    return wrong + [f for f in findings if f.code == "ENV-15"]  # a warning for a file, but Customs refuses it


def refuses_all(findings: list[Finding]) -> bool:
    """Tell whether something found in a message refuses its whole interchange."""
    return any(f.code in WHOLE for f in errors_of(findings))


def is_due(interchange: Interchange, errors: list[Finding], messages: list[Answered]) -> str | None:
    """Return why no CONTRL is due, None when one is. ICS: one when 0031 asks for it, or when something is wrong."""
    if messages and all(m.type[:1] == ["CONTRL"] for m in messages):
        return "an interchange of nothing but CONTRL is never answered"
    wrong = bool(errors) or any(m.errors for m in messages if m.type[:1] != ["CONTRL"])
    if interchange.value(9) != "1" and not wrong:
        return "UNB 0031 does not ask for one and nothing is wrong"
    return None


def is_refused(errors: list[Finding], messages: list[Answered]) -> bool:
    """Tell whether CONTRL refuses the interchange as a whole, so that no message of it is let through."""
    return bool(errors) or any(refuses_all(m.errors) for m in messages) or not _all_copyable(messages)


def hindrance(interchange: Interchange) -> str | None:
    """Return why no CONTRL can be written, None when one can: UCI must repeat parties and reference."""
    if interchange.header_cut:
        return "the file ends inside UNB, and UCI must repeat its sender, recipient and reference"
    if interchange.bare or not interchange.header:
        return "there is no UNB, and UCI must repeat its sender, recipient and reference"
    for name, text, most in (
        ("sender (UNB element 2)", interchange.value(2), 10),
        ("recipient (UNB element 3)", interchange.value(3), 10),
        ("reference (UNB element 5)", interchange.reference, 14),
    ):
        if not text.strip():
            return f"the {name} is missing, and UCI must repeat it"
        if not _plain(text):
            return f"the {name} holds a character that no CONTRL may hold, and UCI must repeat it"
        if len(text) > most:
            return f"the {name} is longer than {most} characters, and UCI must repeat it"
    for element, name in ((2, "sender"), (3, "recipient")):
        if not _plain(interchange.value(element, 2) + interchange.value(element, 3)):
            return f"the {name} holds a character that no CONTRL may hold, and UCI must repeat it"
        if len(interchange.value(element, 2)) > 4 or len(interchange.value(element, 3)) > 14:
            return f"the qualifier or routing of the {name} is too long for UCI"
    return None


def contrl(
    interchange: Interchange,
    errors: list[Finding],
    messages: list[Answered],
    *,
    at: datetime.datetime,
    reference: str,
    site: str | None = None,
) -> bytes:
    """Return an interchange with the CONTRL that answers one, parties swapped.

    `errors` are those of the interchange itself. `at` goes into UNB as given. `reference` is our own, digits, at most
    14. `site` is our own, by default the recipient named. Check `hindrance` and `is_due` first.
    """
    messages = [m for m in messages if m.type[:1] != ["CONTRL"]]
    return _written(interchange, list(_body(interchange, errors, messages)), at, reference, site)


def received(interchange: Interchange, *, at: datetime.datetime, reference: str, site: str) -> bytes:
    """Return an interchange with the CONTRL that says no more than that another one arrived (0083 is 8)."""
    return _written(interchange, [[*_uci(interchange), [RECEIVED]]], at, reference, site)


def refused_whole(interchange: Interchange, *, at: datetime.datetime, reference: str, site: str) -> bytes:
    """Return an interchange with the CONTRL that refuses another one without saying what of it is wrong."""
    return _written(interchange, [[*_uci(interchange), [REJECTED], [UNSPECIFIED]]], at, reference, site)


def _written(
    interchange: Interchange, body: list[list[list[str]]], at: datetime.datetime, reference: str, site: str | None
) -> bytes:
    from_customs = interchange.value(2) == CUSTOMS
    number = "1" if from_customs else "000001"
    if not from_customs:
        reference = reference.zfill(14)  # Customs pads its references, traders do not
    us, them = site or interchange.value(3), interchange.value(2)
    header = [
        ["UNB"],
        ["UNOC", "3"],
        [us, "", us[:14]],
        [them],
        [at.strftime("%y%m%d"), at.strftime("%H%M")],
        [reference],
    ]
    if interchange.value(11) == "1":
        header += [[""], [""], [""], [""], [""], ["1"]]
    segments = [
        header,
        [["UNH"], [number], ["CONTRL", "D", "3", "UN"]],
        *body,
        [["UNT"], [str(len(body) + 2)], [number]],
        [["UNZ"], ["1"], [reference]],
    ]
    text = STANDARD.una + "\n" + "".join(join_elements(s) + "'\n" for s in segments)
    return text.encode("iso8859-1", "replace")


def _body(interchange: Interchange, errors: list[Finding], messages: list[Answered]) -> Iterator[list[list[str]]]:
    whole = [_whole(f, interchange) for f in errors]
    for message in messages:
        whole += [_whole(f, interchange) for f in message.errors if f.code in WHOLE]
    if not whole and not _all_copyable(messages):
        whole.append((UNSPECIFIED, Place("")))
    bad = [m for m in messages if m.errors]
    uci = _uci(interchange)
    if whole:
        code, place = whole[0]
        yield [*uci, [REJECTED], [code], *_place(place)]
        return
    every = bool(messages) and len(bad) == len(messages)
    yield [*uci, [REJECTED if every else ACKNOWLEDGED]]
    for message in messages:
        yield from _message(message)


def _uci(interchange: Interchange) -> list[list[str]]:
    """Return the beginning of UCI: which interchange is answered."""
    return [
        ["UCI"],
        [interchange.reference],
        [interchange.value(2), interchange.value(2, 2), interchange.value(2, 3)],
        [interchange.value(3), interchange.value(3, 2), interchange.value(3, 3)],
    ]


def _all_copyable(messages: list[Answered]) -> bool:
    return all(m.copyable for m in messages if m.type[:1] != ["CONTRL"])


def _whole(found: Finding, interchange: Interchange) -> tuple[str, Place]:
    """Return code and place of a fault of the interchange, for UCI."""
    code = DEFECTS.get(found.code, UNSPECIFIED)
    if found.code == "ENV-13" and interchange.ungrouped:
        code = "30"
    if found.code == "ENV-20" and found.value is None:
        code = "13"  # missing, where a test was wanted
    if found.code in WHOLE:
        segment, element = WHOLE[found.code]
        return code, Place(segment, element)
    at = found.position
    segment = at.tag if at.tag in _SERVICE else ""
    return code, _count(at, segment, found.code) if segment else Place("")


def _count(at: Position, segment: str, code: str = "") -> Place:
    """Return a place as CONTRL counts it: the tag is 1."""
    element = None if at.element is None else at.element + 1
    component = None if element is None or code in WITHOUT_COMPONENT else at.component
    return Place(segment, element, component)


def _place(place: Place) -> Iterator[list[str]]:
    if place.segment or place.element is not None:
        yield [place.segment]
    if place.element is not None:
        yield _within(place)


def _within(place: Place) -> list[str]:
    """Return S011: the element, and the component where one is meant."""
    return [str(place.element)] if place.component is None else [str(place.element), str(place.component)]


def _message(message: Answered) -> Iterator[list[list[str]]]:
    ucm = [["UCM"], [message.reference], message.type[:5]]
    if not message.errors:
        yield [*ucm, [ACKNOWLEDGED]]
        return
    service = [f for f in message.errors if _of_service(f, message)]
    if len(service) == len(message.errors):
        found = service[0]
        code = DEFECTS.get(found.code, UNSPECIFIED)
        if found.code == MISSING_TRAILER:
            yield [*ucm, [REJECTED], [code], ["UNT"]]
        elif found.code == "INT-01":
            yield [*ucm, [REJECTED], [code]]
        else:
            tag = "UNT" if found.position.segment != 1 else "UNH"
            yield [*ucm, [REJECTED], [code], *_place(_count(found.position, tag, found.code))]
        return
    yield [*ucm, [REJECTED], [UNSPECIFIED]]
    for error in _segment_errors(message)[:_MAX_UCS]:
        yield [["UCS"], [str(error.number)], [error.code]]
        for code, place in error.elements[:_MAX_UCD]:
            yield [["UCD"], [code], _within(place)]


def _exists(found: Finding) -> bool:
    """Tell whether the value refused is a code of D.99B, only not one that is taken here."""
    at = found.position
    kind = segment_types().get(at.tag or "")
    if kind is None or at.element is None or found.value is None:
        return False
    return (kind.element((at.element, at.component or 1)).id, found.value) in code_titles()


def _of_service(found: Finding, message: Answered) -> bool:
    """Tell whether a fault is one of UNH or UNT, which UCM names itself."""
    if found.code in (MISSING_TRAILER, "INT-01"):
        return True
    if found.code in OF_SEGMENT and found.code != "STR-08":
        return False
    at = found.position
    return at.segment == 1 or (at.tag == "UNT" and at.segment == message.segments)


def _segment_errors(message: Answered) -> list[_SegmentError]:
    """Return the faults of a message by segment, ascending; each missing segment is an entry of its own."""
    errors: list[_SegmentError] = []
    by_segment: dict[int, _SegmentError] = {}
    for found in message.errors:
        number = found.position.segment or 1
        code = DEFECTS.get(found.code, UNSPECIFIED)
        if found.code in ("STR-01", "STR-02", MISSING_TRAILER):
            errors.append(_SegmentError(number, code))
            continue
        error = by_segment.get(number)
        if error is None:
            error = by_segment[number] = _SegmentError(number, UNSPECIFIED)
            errors.append(error)
        if found.code in OF_SEGMENT or found.position.element is None:
            error.code = code if error.code == UNSPECIFIED else error.code
            continue
        if found.code == "ENV-16":
            code = "12"  # the message type is known, the document name in BGM is not
        elif found.code == "STR-15" and _exists(found):
            code = "14"
        entry = (code, _count(found.position, "", found.code))
        if entry not in error.elements:
            error.elements.append(entry)
    errors.sort(key=lambda e: e.number)
    for error in errors:
        error.elements.sort(key=lambda e: (e[1].element or 0, e[1].component or 0))
    return errors
