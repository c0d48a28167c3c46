"""`edifact-ics respond`."""

from __future__ import annotations

import datetime
import sys

import click

from edifact_ics.cli.options import LEDGER, Unreadable, guided, judged_by, reading, writing
from edifact_ics.library import Library
from edifact_ics.pipeline import respond as answer
from edifact_ics.receiver import Receiver


class _Moment(click.ParamType[datetime.datetime]):
    """A date and time as 2026-11-21T09:30:00."""

    name = "date and time"

    def convert(
        self, value: datetime.datetime | str, param: click.Parameter | None, ctx: click.Context | None
    ) -> datetime.datetime:
        if isinstance(value, datetime.datetime):
            return value
        try:
            return datetime.datetime.fromisoformat(value)
        except ValueError:
            self.fail(f"{value!r} is no date and time; write for example 2026-11-21T09:30:00.", param, ctx)


@click.command()
@click.argument("path", metavar="FILE")
@click.option("-o", "--output", metavar="OUT", help="Where to write; default: standard output.")
@click.option("--kind", type=click.Choice(["contrl", "cusres", "both"]), default="both", show_default=True)
@click.option("--at", type=_Moment(), help="Date and time for UNB, taken as given.")
@click.option("--reference", type=click.IntRange(1, 10**14 - 1), help="Interchange reference of the (first) answer.")
@click.option("--site", metavar="SITE", help="Our own site: an interchange for another one is refused.")
@click.option("--production/--test", default=None, help="Refuse a test interchange, or one that is no test.")
@guided
@LEDGER
def respond(
    path: str,
    output: str | None,
    kind: str,
    at: datetime.datetime | None,
    reference: int | None,
    site: str | None,
    production: bool | None,
    library: Library,
    ledger: str | None,
) -> None:
    """Write the answer to the interchanges of FILE: the CONTRL that Customs would send.

    Exit 0 when an answer is written or none is due (and says so), 2 when one is due but cannot be written.

    \b
    edifact-ics respond sent.edi -o answer.edi
    edifact-ics respond sent.edi --at 2026-11-21T09:30:00 --reference 17      always the same bytes
    """
    if kind == "cusres":
        raise Unreadable("Business responses (CUSRES) are not written yet; --kind contrl writes the CONTRL.")
    receiver = Receiver(site, production=production)
    with judged_by(ledger, record=False) as history, reading(path) as file:
        found = answer(file, kind=kind, at=at, reference=reference, library=library, receiver=receiver, history=history)
    for note in found.notes:
        click.echo(f"{path}: {note}", err=True)
    if found.data:
        with writing(output) as out:
            out.write(found.data)
    sys.exit(0 if found.possible else 2)
