"""How time grows with the size of what is hostile: run by hand, `python tests/evil/growth.py [NAME…]`.

Prints seconds of processor time for a size and for twice that size, for check and for the way to XML and back. Nothing here is a test: a
clock in a test suite lies sooner or later.
"""

from __future__ import annotations

import io
import sys
import time
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))
sys.path.insert(0, str(Path(__file__).parents[2]))

from edifact_ics.conversion import edifact_pieces, xml_pieces
from edifact_ics.finding import Report
from edifact_ics.inspection.run import Run
from edifact_ics.pipeline import check
from evil import documents
from evil.edifact import BY_BYTES, BY_SEGMENTS


def there_and_back(content: bytes) -> None:
    xml = "".join(xml_pieces(Run(Report("x"), want_xml=True), io.BytesIO(content))).encode()
    for _ in edifact_pieces(Run(Report("x")), io.BytesIO(xml)):
        pass


def seconds(work: Callable[[bytes], object], content: bytes) -> float:
    start = time.process_time()
    work(content)
    return time.process_time() - start


def measured(name: str, make: Callable[[int], str], size: int, works: list[Callable[[bytes], object]]) -> None:
    row = [f"{name:50} {size:>10,}"]
    for work in works:
        once = seconds(work, make(size).encode("utf-8", "replace"))
        twice = seconds(work, make(2 * size).encode("utf-8", "replace")) if once < LONGEST else 0.0
        shown = f"{twice:8.2f}  x{twice / max(once, 0.001):4.1f}" if twice else " " * 15
        row.append(f"{once:8.2f} {shown}{' !' if once >= LONGEST or (twice > 3 * once and twice > 0.5) else '  '}")
    print(" ".join(row), flush=True)


LONGEST = 10.0  # what takes longer is not tried at twice the size


DOCUMENTS: dict[str, Callable[[int], str]] = {
    "before": lambda n: documents.document(marks=f' before="{"x" * n}"'),
    "sent of notes": lambda n: documents.message(marks=f' sent="{"1:1.1=x " * (n // 8)}"'),
    "breaks": lambda n: documents.message(marks=f' breaks="{"1:x " * (n // 4)}"'),
    "carriers": lambda n: documents.message(marks=f' carriers="{"1:x " * (n // 4)}"'),
    "one insertion script": lambda n: documents.message(
        marks=f' sent="1:@{",".join(f"{i}~x" for i in range(n // 7))}"'
    ),
    "unmapped": lambda n: documents.message('<Unmapped seg="6" tag="LOC" at="1.1">X</Unmapped>' * (n // 60)),
    "lines": lambda n: documents.message(
        "<Line><LineNumber>1</LineNumber><LineActionCode>I</LineActionCode></Line>" * (n // 70)
    ),
    "lines without a number": lambda n: documents.message(
        "<Line><LineActionCode>I</LineActionCode></Line>" * (n // 50)
    ),
    "lines with wrong values": lambda n: documents.message(
        "<Line><LineNumber>X</LineNumber><LineActionCode>I</LineActionCode></Line>" * (n // 70)
    ),
    "lines that cannot be written": lambda n: documents.message(
        "<Line><LineNumber>1</LineNumber><LineActionCode>I</LineActionCode><GoodsDescription>\u20ac</GoodsDescription></Line>"
        * (n // 110)
    ),
    "wrong elements": lambda n: documents.message("<Nothing/>" * (n // 10)),
    "text": lambda n: documents.message(
        f"<Header><ChangeReasonDescription>{'x y ' * (n // 4)}</ChangeReasonDescription></Header>"
    ),
}


def main(names: list[str]) -> None:
    print(f"{'':50} {'size':>10} {'check':>24} {'to XML and back':>24}")
    for name, make in BY_BYTES.items():
        if not names or name in names:
            measured(name, make, 60_000, [check, there_and_back])
    for name, make in BY_SEGMENTS.items():
        if not names or name in names:
            measured(name, make, 2_000, [check, there_and_back])
    for name, make in DOCUMENTS.items():
        if not names or name in names:
            measured(f"XML: {name}", make, 100_000, [check])


if __name__ == "__main__":
    main(sys.argv[1:])
