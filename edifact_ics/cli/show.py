"""`edifact-ics show`."""

from __future__ import annotations

import sys

import click

from edifact_ics.cli.options import guided, reading
from edifact_ics.finding import Report, Verdict
from edifact_ics.inspection import Run
from edifact_ics.library import Library
from edifact_ics.pipeline import as_edifact
from edifact_ics.render import listing


@click.command()
@click.argument("path", metavar="FILE")
@guided
def show(path: str, library: Library) -> None:
    """List an interchange segment by segment, in plain words.

    Each value stands with the name of its data element and what its code means; findings stand below their segment.

    \b
    edifact-ics show sent.edi
    """
    with reading(path) as file:
        run = Run(Report(path), library=library)
        for line in listing.lines(run.steps(as_edifact(file, library)), run):
            click.echo(line)
    sys.exit(1 if run.report.verdict is Verdict.REJECTED else 0)
