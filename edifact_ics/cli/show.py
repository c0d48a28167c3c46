"""`edifact-ics show`."""

from __future__ import annotations

import sys
from collections.abc import Iterator

import click

from edifact_ics.cli.options import Unreadable, coloured, guided, once, reading
from edifact_ics.finding import Report, Verdict
from edifact_ics.guide.library import Library
from edifact_ics.inspection.run import Run
from edifact_ics.inspection.steps import Step
from edifact_ics.pipeline import InvalidInterchange, as_edifact
from edifact_ics.render import listing, refused, report


@click.command()
@click.argument("path", metavar="FILE")
@click.option("--against", metavar="SENT", help="The file that was sent: shows what of it FILE, its answer, refuses.")
@click.option("--segments/--no-segments", default=True, help="List the segments of an answer that is explained.")
@guided
def show(path: str, against: str | None, segments: bool, library: Library) -> None:
    """List an interchange segment by segment, in plain words.

    Each value stands with the name of its data element and what its code means; findings stand below their segment.
    An answer of Customs is explained first: what it answers, what became of it, errors with their cure, amounts, lines.

    \b
    edifact-ics show sent.edi
    edifact-ics show answer.edi --no-segments
    edifact-ics show answer.edi --against sent.edi
    """
    once(path, against)
    try:
        with reading(path) as file:
            run = Run(Report(path), library=library)
            steps = run.steps(as_edifact(file, library, path))
            said = False
            for line in _against(steps, against, library) if against else listing.lines(steps, run, segments):
                click.echo(line)
                said = True
    except InvalidInterchange as error:  # an XML document that stands for no EDIFACT
        for line in report.text(error.report, coloured()):
            click.echo(line)
        sys.exit(1)
    if against and not said:
        raise Unreadable(f"{path}: there is no answer in this file.")
    sys.exit(1 if run.report.verdict is Verdict.REJECTED else 0)


def _against(steps: Iterator[Step], against: str, library: Library) -> Iterator[str]:
    with reading(against) as file:
        sent = refused.sent_in(Run(Report(against), library=library).steps(as_edifact(file, library, against)))
    yield from refused.lines(steps, sent)
