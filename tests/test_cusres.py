"""The business answer: CUSRES written from findings, held against the findings and against our own check."""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edifact_ics import Answer, check, respond
from edifact_ics.canonical.viewing import view
from edifact_ics.codes.answer import FRONT_END, answer_code, answer_codes
from edifact_ics.finding import Report, Severity
from edifact_ics.history import Memory
from edifact_ics.inspection.run import Run
from edifact_ics.inspection.steps import Checked
from edifact_ics.rules import Complaint, Known, Level, Rule, RuleSet, View, catalogue, rule, standard
from tests.rules.bases import made
from tests.rules.cases import Case, cases
from tests.rules.given import given as known_in

AT = datetime.datetime(2026, 11, 21, 9, 30)
SAMPLES = Path(__file__).resolve().parent.parent / "samples"
NONE = RuleSet.of(())


def answered(data: bytes, **known: object) -> Answer:
    """The business answer to a file; if there is one it must be in order itself."""
    found = respond(data, kind="cusres", at=AT, reference=17, **known)  # type: ignore[arg-type]
    if found.data:
        own = check(found.data)
        assert (own.verdict, own.findings) == ("accepted", []), found.data
    return found


def read(data: bytes) -> list[View]:
    """The messages of an answer as levels of named elements."""
    steps = Run(Report("-")).steps(BytesIO(data))
    return [view(s.table, s.walk.placed) for s in steps if isinstance(s, Checked) and s.table and s.walk]


def errors(message: View) -> list[tuple[str, str, str]]:
    """The errors of an answer: line, code, text."""
    names = ("ErrorLocation", "ErrorIdentifier", "ErrorDescription")
    return [(level.said[names[0]], level.said[names[1]], level.said[names[2]]) for level in message.of("Error")]


def segments(data: bytes) -> list[str]:
    return [line.removesuffix("'") for line in data.decode("iso8859-1").splitlines()]


def sample(name: str) -> bytes:
    return (SAMPLES / f"{name}.edi").read_bytes()


def complaining(texts: list[tuple[int | None, str]]) -> RuleSet:
    """Rules X-T00 and on, each of which complains with one text, of the header (None) or of the n-th line."""

    def one(ident: int, number: int | None, text: str) -> Rule:
        @rule(f"X-T{ident:02}", on="SenderReference", source="a test", statement="Nothing is right.")
        def wrong(header: Level, known: Known) -> Iterator[Complaint]:
            if number is None:
                yield header.complaint("SenderReference", text)
            else:
                yield header.lines()[number].complaint("LineNumber", text)

        return wrong

    return RuleSet.of(one(ident, number, text) for ident, (number, text) in enumerate(texts))


# ---------------------------------------------------------------------- rejection


def test_a_rejection_is_the_sequence_that_customs_writes() -> None:
    data = answered(sample("imd-sea-fcl-original"), rules=complaining([(1, "Second."), (None, "First: 1+1?")])).data
    assert segments(data) == [
        "UNA:+.? ",
        "UNB+UNOC:3+AAA336C::AAA336C+KBR417H+261121:0930+00000000000017++++1++1",
        "UNH+000001+CUSRES:D:99B:UN",
        "BGM+961:::IMDR+00000000H1:1+11",
        "NAD+MR+KBR417H::95",
        "RFF+ABO:KB2611-0041::1",
        "ERP+::0",
        "ERC+SM0000::95",
        "FTX+AAO+++X-T01 FIRST?: 1?+1?? SENDER REFERENCE=KB2611-0041",
        "ERP+::2",
        "ERC+SM0000::95",
        "FTX+AAO+++X-T00 SECOND. LINE NUMBER=2",
        "CNT+55:2",
        "UNT+12+000001",
        "UNZ+1+00000000000017",
    ]


def test_the_version_comes_back_as_it_was_sent() -> None:
    assert "RFF+ABO:KB2611-0052::0002" in segments(answered(sample("wrong-by-rules")).data)


def test_what_the_front_end_finds_is_said_in_its_way() -> None:
    data = segments(answered(sample("wrong-by-rules")).data)
    start = data.index("BGM+961:::SACR+CCF_KBR417H_00000000H2_SAC_1:1+11")
    assert data[start + 1 : start + 6] == [
        "FTX+AHN+++REJECTED:The message did not pass the checks of the front end",
        "NAD+MR+KBR417H::95",
        "RFF+ABO:KB2611-A204::1",
        "ERP+::0",
        "ERC+15::95",
    ]
    assert data[start + 10 : start + 13] == ["CNT+55:2", "CNT+5:1", "UNT+14+000002"]


def test_fifty_errors_are_named_and_the_rest_is_counted() -> None:
    texts: list[tuple[int | None, str]] = [(1, f"N{n:02}") for n in range(40)] + [(None, "H"), (0, "L")] * 6
    found = answered(sample("imd-sea-fcl-original"), rules=complaining(texts))
    (message,) = read(found.data)
    said = errors(message)
    assert [line for line, _, _ in said] == ["0"] * 6 + ["1"] * 6 + ["2"] * 38
    assert message.header.said["ErrorCount"] == "50"
    assert found.notes == ("Message 1 (IMD KB2611-0041): 2 more errors were found; an answer holds 50.",)


def test_exactly_fifty_errors_reject_like_any_other_number() -> None:
    found = answered(sample("imd-sea-fcl-original"), rules=complaining([(None, str(n)) for n in range(50)]))
    assert len(errors(read(found.data)[0])) == 50
    assert found.notes == ()


def test_errors_of_a_transport_line_stand_at_the_header_and_name_it() -> None:
    @rule("X-TRANSPORT", on="TransportLineNumber", source="a test", statement="No transport.")
    def none(line: Level, known: Known) -> Iterator[Complaint]:
        if line.number == 2:
            yield line.complaint("TransportLineNumber", "Wrong.")

    said = errors(read(answered(sample("imd-sea-fcl-original"), rules=RuleSet.of([none])).data)[0])
    assert said == [("0", "SM0000", "X-TRANSPORT WRONG. TRANSPORT LINE=2,TRANSPORT LINE NUMBER=2")]


def test_a_payment_is_rejected_by_erm() -> None:
    @rule("X-PAY", on="SenderReference", source="a test", statement="No payment.")
    def none(header: Level, known: Known) -> Iterator[Complaint]:
        yield header.complaint("SenderReference", "Too late.")

    data = segments(answered(sample("paystd-eft"), rules=RuleSet.of([none])).data)
    assert data[3:9] == [
        "BGM+963:::ERM+CCF_KBR417H_00000000H1_PAYSTD_1:1+11",
        "FTX+ACX+++PAYSTD",
        "FTX+ADN+++9",
        "FTX+AAO+++CUSRES",
        "FTX+AAH+++CCF",
        "NAD+MR+KBR417H::95",
    ]
    assert data[9:] == [
        "RFF+AAY:KB2611-P001::1",
        "ERP+1",
        "ERC+CCFERROR:80:95",
        "ERC+SM0000:6:95",
        "FTX+AAO+++X-PAY TOO LATE. SENDER REFERENCE=KB2611-P001",
        "CNT+55:1",
        "UNT+14+000001",
        "UNZ+1+00000000000017",
    ]


# ---------------------------------------------------------------------- acceptance


def test_an_acceptance_says_what_can_be_known() -> None:
    assert segments(answered(sample("imd-sea-fcl-original"), rules=NONE).data)[3:-1] == [
        "BGM+961:::IMDR+00000000H1:1+11",
        "FTX+AHN+++CLEAR:CLEAR",
        "GIS+N:117:95",
        "GIS+LLB:109:95",
        "NAD+MR+KBR417H::95",
        "NAD+VT+HF62QD::95",
        "NAD+CB+40715::95",
        "RFF+ABO:KB2611-0041::1",
        "RFF+ABT:ZZZWYL5IL::1",
        "RFF+ABQ:PO 20117 AND 20118",
        "RFF+ADU:KB2611-0041",
        "RFF+AAE:N10",
        "DOC+1+1",
        "CST+1+N10::95",
        "CST+2+N10::95",
        "DOC+1+2",
        "CNT+5:2",
        "UNT+19+000001",
    ]


@pytest.mark.parametrize("name", sorted(p.name.removesuffix(".cusres.edi") for p in SAMPLES.glob("*.cusres.edi")))
def test_no_answer_holds_what_only_customs_can_work_out(name: str) -> None:
    tags = {line[:3] for line in (SAMPLES / f"{name}.cusres.edi").read_text("iso8859-1").splitlines()}
    assert not tags & {"MOA", "TAX", "DTM"}


def test_a_withdrawal_is_withdrawn() -> None:
    data = segments(answered(sample("imd-withdraw")).data)
    assert "FTX+AHN+++WITHDRAWN:WITHDRAWN" in data
    assert not any(line.startswith(("CST", "DOC", "CNT")) for line in data)


def test_a_pre_lodgement_gets_no_identifier() -> None:
    data = segments(answered(sample("imd-air-n20-prelodge")).data)
    assert "GIS+Y:117:95" in data
    assert not any(line.startswith("RFF+ABT") for line in data)


def test_a_drawback_is_lodged_under_a_claim_identifier() -> None:
    data = segments(answered(sample("drwbck-original")).data)
    assert data[4:6] == ["FTX+CUR+++EXPORT 2026/118", "FTX+AHN+++LODGED:LODGED"]
    assert "RFF+RF:ZZZEYO5EB::1" in data


def test_an_accepted_payment_gets_nothing_but_the_contrl() -> None:
    found = answered(sample("paystd-eft"))
    assert found.data == b""
    assert found.possible
    assert found.notes == (
        "Message 1 (PAYSTD KB2611-P001) is accepted: nothing but the CONTRL, until Customs reports the payment.",
    )


def test_warnings_stand_in_an_acceptance_and_are_not_counted() -> None:
    (message,) = read(answered(sample("sac-sea-long")).data)
    assert [code for _, code, _ in errors(message)] == [_code("GBR-BANK-ACCOUNT-NAME-01")]
    assert message.header.said["StatusType"] == "CLEAR"
    assert "ErrorCount" not in message.header.said


# ---------------------------------------------------------------------- with CONTRL


def test_contrl_comes_first_and_each_stands_alone() -> None:
    found = respond(sample("wrong-by-rules"), at=AT, reference=17)
    report = check(found.data).report
    assert [(i.reference, [m.type for m in i.messages]) for i in report.interchanges] == [
        ("00000000000017", ["CONTRL"]),
        ("00000000000018", ["CUSRES"] * 3),
    ]


def test_only_what_contrl_lets_through_is_answered() -> None:
    references = [m.header.said["SenderReference"] for m in read(answered(sample("three-messages")).data)]
    assert references == ["KB2611-0050", "KB2611-A203"]


@pytest.mark.parametrize("name", ["wrong-counts", "wrong-truncated", "answer-imdr-clear", "customs-contrl-rejected"])
def test_no_business_response_is_due(name: str) -> None:
    assert answered(sample(name)).data == b""


def test_a_rule_that_fails_leaves_the_message_unanswered() -> None:
    @rule("X-CRASH", on="SenderReference", source="a test", statement="Fails.")
    def crash(header: Level, known: Known) -> Iterator[Complaint]:
        raise ZeroDivisionError

    found = answered(sample("imd-withdraw"), rules=RuleSet.of([crash]))
    assert (found.data, found.possible) == (b"", False)
    assert "no business response can be written" in found.notes[0]


def test_kinds_are_three() -> None:
    with pytest.raises(ValueError, match="aperak"):
        respond(sample("imd-withdraw"), kind="aperak")


# ---------------------------------------------------------------------- laws


def _code(ident: str) -> str:
    found = answer_code(ident)
    assert found is not None, ident
    return found.code


def _plain(text: str) -> str:
    return " ".join(text.upper().split())


@pytest.mark.parametrize("group", [[c for c in cases() if c.outcome == "fail"][n::8] for n in range(8)])
def test_the_findings_come_back(group: list[Case]) -> None:
    """Codes, lines and texts of what a rule complains of, for every case of every rule that must fail."""
    for case in group:
        known = known_in(case.given)
        data = made(case.base, case.edits)
        found = [f for f in check(data, **known).findings if answer_code(f.code)]
        answer = answered(
            data if isinstance(data, bytes) else data.encode("iso8859-1"),
            tables=known.get("reference"),
            history=known.get("history"),
        )
        wanted = [f for f in found if f.severity is Severity.ERROR] or found
        if not answer.data:  # a payment with warnings only
            assert not any(f.severity is Severity.ERROR for f in found), case
            continue
        said = [s for m in read(answer.data) for s in m.of("Error")]
        texts = sorted(_plain(level.said["ErrorDescription"]) for level in said)
        assert len(said) == len(wanted), (case, said)
        for one in wanted:
            assert any(text.startswith(_plain(f"{one.code} {one.message}")) for text in texts), (case, texts)
        assert sorted(level.said["ErrorIdentifier"] for level in said) == sorted(_code(f.code) for f in wanted)
        (sent,) = read(data if isinstance(data, bytes) else data.encode("iso8859-1"))
        lines = sorted(int(level.said.get("ErrorLocation", 0)) for level in said)
        assert lines == sorted(_line(f.path or "", sent) for f in wanted), case


def _line(path: str, sent: View) -> int:
    """The number that a line bears, 0 where a path is not inside of one."""
    step = re.search(r"/Line\[(\d+)\]", path)
    return int(sent.lines[int(step[1]) - 1].said["LineNumber"]) if step else 0


TEXT = st.text(
    st.characters(min_codepoint=32, max_codepoint=255, exclude_categories=("Cc",)), min_size=1, max_size=1200
)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(st.sampled_from([None, 0, 1]), TEXT), min_size=1, max_size=4))
def test_any_text_comes_back(texts: list[tuple[int | None, str]]) -> None:
    """Split over components and escaped, nothing of a text is lost but what its capitals have no place for."""
    (message,) = read(answered(sample("imd-sea-fcl-original"), rules=complaining(texts)).data)
    said = [(line, re.sub(r" (SENDER REFERENCE|LINE NUMBER)=[^=]*$", "", text)) for line, _, text in errors(message)]
    plain = [(str(0 if n is None else n + 1), f"X-T{i:02} {_shown(text)}") for i, (n, text) in enumerate(texts)]
    assert [(line, text.strip()) for line, text in said] == sorted(plain, key=lambda p: p[0])


def _shown(text: str) -> str:
    kept = text.upper().encode("iso8859-1", "replace").decode("iso8859-1")
    return " ".join(kept.split()) or "NOTHING IS RIGHT."


def test_long_texts_fill_their_components() -> None:
    data = answered(sample("imd-sea-fcl-original"), rules=complaining([(None, "A" * 1500 + "?")])).data
    text = next(line for line in segments(data) if line.startswith("FTX+AAO")).removeprefix("FTX+AAO+++")
    assert [len(part) for part in text.replace("??", "?").split(":")][:2] == [512, 512]


def test_a_text_too_long_for_an_answer_ends_in_dots_and_is_counted() -> None:
    found = answered(sample("imd-sea-fcl-original"), rules=complaining([(None, "A" * 3000), (0, "B" * 2500)]))
    (message,) = read(found.data)
    (_, _, cut), (_, _, whole) = errors(message)
    assert (len(cut), cut[-8:]) == (2560, "AAAA ...")
    assert "BBB" in whole
    assert not whole.endswith("...")
    assert found.notes[-1].endswith(": 1 text was cut; an answer holds 2,560 characters.")


# ---------------------------------------------------------------------- what was sent before


def test_the_version_of_a_declaration_counts_its_accepted_states() -> None:
    """RFF+ABT, component 4: 1 at the first acceptance, one more for each accepted change."""
    sent = sample("sac-air-short").decode("iso8859-1")
    history, versions = Memory(), []
    for number, function in ((1, "9"), (4, "4"), (9, "4"), (12, "50")):
        text = re.sub("(?m)^(BGM[+]929:::SAC[+][^:]+):1[+]9", rf"\g<1>:{number}+{function}", sent)
        data = re.sub("(?m)^(UN[BZ][+].*20261118)....", rf"\g<1>{number:04}", text).encode("iso8859-1")
        answer = segments(answered(data, history=history, rules=RuleSet(())).data)
        versions += [line.split(":")[-1] for line in answer if line.startswith("RFF+ABT")]
        check(data, journal=history, rules=RuleSet(()))
    assert versions == ["1", "2", "3", "3"]


# ---------------------------------------------------------------------- codes


def test_every_rule_has_a_code_that_fits() -> None:
    assert [one.id for one in standard() if answer_code(one.id) is None] == []
    assert [code for code in answer_codes() if len(code) > 8] == []


def test_codes_of_our_own_are_numbered_without_a_gap() -> None:
    own = [code for code in answer_codes() if code.startswith("SM")]
    assert own == [f"SM{number:04}" for number in range(len(own))]


def test_a_rule_has_one_code_and_each_is_of_the_catalogue() -> None:
    rules = [ident for code in answer_codes().values() for ident in code.rules]
    assert len(rules) == len(set(rules))
    assert set(rules) <= set(catalogue())
    assert answer_codes()["15"].family == FRONT_END
