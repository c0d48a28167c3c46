"""What hostile files cost, counted in work and not in time."""

from __future__ import annotations

import io
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from sample_messages import SAC, data, interchange, message

from edifact_ics.envelope.interchange import Interchange, Message
from edifact_ics.envelope.reader import Reader
from edifact_ics.guide.library import ours
from edifact_ics.inspection.guides import table_of
from edifact_ics.rules import Engine, required_when
from edifact_ics.rules.conditions import Condition, Is
from edifact_ics.structure.walk import walk
from edifact_ics.syntax.characters import STANDARD
from tests.rules.views import header, view


def messages(content: bytes) -> list[Message]:
    return [event for event in Reader(io.BytesIO(content)).events() if isinstance(event, Message)]


def test_empty_segments_beyond_the_listed_are_only_counted() -> None:
    [sent] = messages(data(interchange(message(SAC))))
    raws = [*sent.raws[:2], *[""] * 50_000, *sent.raws[2:]]
    walked = walk(table_of(ours(), "SAC", STANDARD, "UNOC"), raws, True)
    assert len(walked.placed) < 10_000
    assert len(walked.findings) + walked.unlisted.total() == 50_000


def test_places_asked_for_in_order_are_counted_on_from_the_last() -> None:
    looked_at = 0

    class Counting(Message):
        def _text(self, first: int, last: int) -> str:
            nonlocal looked_at
            looked_at += last - first
            return super()._text(first, last)

    whole = Counting(Interchange(1, 0, 1, 1), 1, ["ABC+1"] * 20_000, "\n", "", (0, 1, 1))
    places = [whole.at(number) for number in range(1, 20_001)]
    assert [(p.offset, p.line, p.column) for p in places[::5_000]] == [
        (7 * n, n + 1, 1) for n in range(0, 20_000, 5_000)
    ]
    assert looked_at < 25_000
    assert whole.at(10_001) == places[10_000]


def test_many_unas_are_one_finding() -> None:
    found = [f for event in Reader(io.BytesIO(b"UNA:+.? '" * 3_000)).events() for f in getattr(event, "findings", [])]
    reader = Reader(io.BytesIO(b"UNA:+.? '" * 3_000))
    list(reader.events())
    assert [f.code for f in [*found, *reader.findings]] == ["ENV-09"]


def test_a_line_of_a_shape_seen_before_asks_no_rule_anew() -> None:
    compared = 0

    class Counting(Is):
        def reduce(self, message: str, known: Mapping[str, str | None]) -> Condition:
            nonlocal compared
            compared += 1
            return super().reduce(message, known)

    condition = Counting("OriginCountryCode", frozenset(("AU",)))
    engine = Engine([required_when("X-1", "QuantityUnit", condition)])
    line = {"LineNatureType": "N10", "OriginCountryCode": "NZ"}
    assert list(engine.judge(view(header(), {**line, "LineNumber": "1"}))) == []
    once = compared
    lines = [{**line, "LineNumber": str(number)} for number in range(1, 1_000)]
    assert list(Engine(engine.rules).judge(view(header(), *lines))) == []
    assert compared == once
    assert [found.rule.id for found in engine.judge(view(header(), {**line, "OriginCountryCode": "AU"}))] == ["X-1"]


def test_a_check_in_which_nothing_is_wrong_loads_nothing_that_it_does_not_need() -> None:
    samples = Path(__file__).parents[1] / "samples"
    spare = (
        "edifact_ics.structure.recovery edifact_ics.guide.override edifact_ics.conversion edifact_ics.answering "
        "edifact_ics.ledger edifact_ics.inspection.lodging pycountry xmlschema pydifact sqlalchemy difflib _strptime"
    )
    code = (
        "import sys; from edifact_ics.cli import main\n"
        f"try: main(['check', r'{samples / 'imd-sea-fcl-original.edi'}', r'{samples / 'sac-sea-long.edi'}'])\n"
        f"finally: print('loaded:', *sorted(set('{spare}'.split()) & sys.modules.keys()), file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stderr == "loaded:\n"
