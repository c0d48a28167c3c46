"""The law that ties the two verdicts: CONTRL rejects exactly what `check` rejects by form, and at the same level.

What is tried: messages of every kind with random damage, none, one or several at a time, and the codes one by one.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from fault_messages import MESSAGES, check, good, interchange
from hypothesis import given, settings
from hypothesis import strategies as st

from edifact_ics import respond
from edifact_ics.codes import CODES
from edifact_ics.finding import Finding, Severity
from edifact_ics.response import contrl

SAMPLES = Path(__file__).parent.parent / "samples"
AT = datetime.datetime(2026, 11, 21, 9, 30)
FAMILIES = ("SYN", "ENV", "STR", "VAL", "XSD")
FORM = [code for code, known in CODES.items() if code[:3] in FAMILIES and known.severity is Severity.ERROR]
NO_EDIFACT = {"XSD-02", "XSD-03"}  # the file is no document, so there is no interchange to answer
SERVICE = "'+:?\n \x07Z9-.\xe9"


@pytest.mark.parametrize("code", FORM)
def test_every_error_of_form_rejects_in_contrl_with_a_code_of_its_own(code: str) -> None:
    assert code in NO_EDIFACT or code in contrl.DEFECTS


def errors(found: list[Finding], interchange: int, message: int | None) -> list[str]:
    """Return the codes that reject an interchange (message None) or one of its messages by form."""
    here = [f for f in found if (f.position.interchange, f.position.message_number) == (interchange, message)]
    return [f.code for f in here if f.severity is Severity.ERROR and f.code[:3] in (*FAMILIES, "INT")]


def complaints(data: bytes) -> Iterator[str]:
    """Say where the CONTRLs to a file and what `check` finds in it do not agree."""
    result = check(data)
    answer = respond(data, kind="contrl", at=AT, reference=17)
    replies = [
        [raw.split("+") for raw in re.split(r"(?<!\?)'\n?", text) if raw[:3] in ("UCI", "UCM")]
        for text in answer.data.decode("iso8859-1").split("UNA:+.? '\n")[1:]
    ]
    if not answer.data and not answer.notes:
        yield "neither an answer nor a word"
    notes = list(answer.notes)
    between = any(f.position.interchange is None for f in result.findings)  # junk refuses what follows or precedes it
    for about in result.report.interchanges:
        whole = errors(result.findings, about.number, None)
        inner = [errors(result.findings, about.number, m.number) for m in about.messages]
        name = f"Interchange {about.reference or about.number}: no CONTRL"
        if notes and notes[0].startswith(name):
            if "is due" in notes.pop(0) and (whole or any(inner)):
                yield f"no answer is due to {whole} {inner}"
            continue
        uci, *ucms = replies.pop(0)
        large = any(f.code == "ENV-15" for f in result.findings)
        if len(uci) > 5:  # refused as a whole
            if not (whole or large or between or any(inner)):
                yield f"refused whole without an error: {uci}"
            continue
        if whole:
            yield f"not refused for {whole}"
        if (uci[4] == "4") != (bool(inner) and all(inner)):
            yield f"{uci} to {inner}"
        for ucm, found in zip(ucms, inner, strict=True):
            if (ucm[3] == "4") != bool(found):
                yield f"{ucm} to {found}"


@st.composite
def damaged(draw: st.DrawFn) -> bytes:
    """An interchange of two messages, into which up to three faults are planted."""
    names = st.sampled_from(list(MESSAGES))
    raws = [good(draw(names), "1"), good(draw(names), "2")]
    for _ in range(draw(st.integers(0, 2))):
        message = raws[draw(st.integers(0, 1))]
        at = draw(st.integers(0, len(message) - 1))
        what = draw(st.sampled_from(("drop", "twice", "swap", "empty")))
        if what == "drop" and len(message) > 1:
            del message[at]
        elif what == "twice":
            message.insert(at, message[at])
        elif what == "swap":
            message[at], message[-1 - at] = message[-1 - at], message[at]
        else:
            message[at] = message[at][:3]
    data = interchange(raws)
    for _ in range(draw(st.integers(0, 2))):
        at = draw(st.integers(0, len(data) - 1))
        char = draw(st.sampled_from(SERVICE)).encode("iso8859-1")
        data = data[:at] + draw(st.sampled_from((b"", char))) + data[at + draw(st.integers(0, 1)) :]
    return data


@given(damaged())
@settings(max_examples=250, deadline=None)
def test_contrl_rejects_exactly_what_check_rejects_by_form(data: bytes) -> None:
    assert list(complaints(data)) == []


PLAIN = re.sub(
    r' (sent|seg|carriers|line-end|breaks|count|una|after)="[^"]*"', "", (SAMPLES / "imd-withdraw.xml").read_text()
)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("<SenderReference>", "<Foo>1</Foo><SenderReference>"),
        ("<SenderReference>KB2611-0029<", "<SenderReference><"),
        ("50<", "51<"),
        ("</Envelope>", "<Foo/></Envelope>"),
        ("<MessageReferenceNumber>1<", "<MessageReferenceNumber>\u20ac<"),
        ("</Interchanges>", ""),
    ],
)
def test_a_document_that_check_rejects_by_form_is_not_answered_as_if_it_had_been_sent(old: str, new: str) -> None:
    assert respond(PLAIN.encode(), kind="contrl", at=AT, reference=17).data
    data = PLAIN.replace(old, new).encode()
    assert data != PLAIN.encode()
    answer = respond(data, kind="contrl", at=AT, reference=17)
    first = next(f.message for f in check(data).findings if f.severity is Severity.ERROR)
    said = f"The document has errors of form, so nothing can be sent of it: {first}"
    assert (answer.data, answer.possible, answer.notes) == (b"", False, (said,))
