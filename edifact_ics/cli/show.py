"""`edifact-ics show`."""

from __future__ import annotations

import sys

import click

from edifact_ics.cli.options import Unreadable, guided, reading
from edifact_ics.finding import Report, Verdict
from edifact_ics.guide.library import Library
from edifact_ics.inspection.run import Run
from edifact_ics.pipeline import as_edifact
from edifact_ics.render import listing, refused


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
    with reading(path) as file:
        run = Run(Report(path), library=library)
        if against is not None:
            with reading(against) as other:
                answered = refused.sent_in(Run(Report(against), library=library).steps(as_edifact(other, library)))
            said = False
            for line in refused.lines(run.steps(as_edifact(file, library)), answered):
                click.echo(line)
                said = True
            if not said:
                raise Unreadable(f"{path}: there is no answer in this file.")
            sys.exit(1 if run.report.verdict is Verdict.REJECTED else 0)
        for line in listing.lines(run.steps(as_edifact(file, library)), run, segments):
            click.echo(line)
    sys.exit(1 if run.report.verdict is Verdict.REJECTED else 0)
