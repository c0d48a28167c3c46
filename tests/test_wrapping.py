"""Files whose lines were broken on the way, in the middle of segments: one finding, and all else as it was sent."""

from __future__ import annotations

import io

import pytest
from fault_messages import base, check, good, interchange, message

from edifact_ics import respond
from edifact_ics.finding import Position

SENT = interchange([good("sea", "1"), good("sac-withdraw", "2")])


def wrapped(data: bytes, width: int, end: bytes) -> bytes:
    return end.join(data[at : at + width] for at in range(0, len(data), width))


class Pipe(io.BytesIO):
    """Standard input, which cannot be read twice."""

    def seekable(self) -> bool:
        return False


@pytest.mark.parametrize("end", [b"\n", b"\r\n"])
@pytest.mark.parametrize("width", [40, 72, 80, 132, 300])
def test_a_file_wrapped_at_a_width_is_one_finding(width: int, end: bytes) -> None:
    for tail in (b"", end, end * 2):
        data = wrapped(SENT, width, end) + tail
        for source in (data, Pipe(data)):
            result = check(source)
            assert [(f.code, f.position) for f in result.findings] == [("SYN-12", Position(0, 1, 1, 1))]
            assert [m.verdict.value for m in result.report.interchanges[0].messages] == ["accepted", "accepted"]
    assert f"after {width} characters" in check(data).findings[0].message
    assert b"+AAA336C+4+21'" in respond(data, kind="contrl").data


def test_other_faults_in_a_wrapped_file_stand_where_they_are_in_the_file() -> None:
    raws = [
        raw.replace("AUFRE", "ZZFRE*#*") if raw.startswith("LOC+8+") else raw for raw in (s.raw for s in base("sea"))
    ]
    data = interchange([good("sac-withdraw", "1"), message(raws, "2")])
    plain = check(data).findings
    found = check(wrapped(data, 80, b"\r\n")).findings
    assert [f.code for f in found] == ["SYN-12", *(f.code for f in plain)]
    for one, other in zip(plain, found[1:], strict=True):
        at = one.position.offset
        assert at is not None
        want = (at + 2 * (at // 80), at // 80 + 1, at % 80 + 1)
        assert (other.position.offset, other.position.line, other.position.column) == want


def test_an_interchange_behind_it_that_is_not_wrapped_is_no_fault() -> None:
    data = (
        wrapped(SENT, 80, b"\n")
        + b"\n"
        + interchange([good("withdraw", "1")]).replace(b"202611210007", b"202611210008")
    )
    result = check(data)
    assert [f.code for f in result.findings] == ["SYN-12"]
    assert result.report.interchanges[1].offset == data.rindex(b"UNA:+.? '")


@pytest.mark.parametrize(
    "data",
    [
        interchange([good("sea", "1")], between="\r\n"),
        SENT,
        SENT[:100] + b"\n",
        # Lines of one length that all end with a segment.
        interchange(
            [["UNH+1+CUSDEC:D:99B:UN", *(f"FTX+AAA+++{'X' * 60}{n}" for n in range(9)), "UNT+11+1"]], between="\n"
        ),
    ],
)
def test_files_with_line_ends_between_segments_are_not_taken_for_wrapped_ones(data: bytes) -> None:
    assert "SYN-12" not in [f.code for f in check(data).findings]
