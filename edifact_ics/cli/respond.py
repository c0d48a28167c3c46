"""`edifact-ics respond`."""

from __future__ import annotations

import datetime
import sys
from pathlib import Path

import click

from edifact_ics.cli.options import (
    LEDGER,
    Unreadable,
    guided,
    judged_by,
    reading,
    reference_data,
    rule_set,
    tables_in,
    writing,
)
from edifact_ics.envelope.receiver import Receiver
from edifact_ics.guide.library import Library
from edifact_ics.pipeline import respond as answer
from edifact_ics.reference import ReferenceDataError


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


MOMENT = _Moment()


@click.command()
@click.argument("path", metavar="FILE")
@click.option("-o", "--output", metavar="OUT", help="Where to write; default: standard output.")
@click.option(
    "--kind",
    type=click.Choice(["contrl", "cusres", "both"]),
    default="both",
    show_default=True,
    help="The CONTRL, the business responses, or both.",
)
@click.option("--at", type=MOMENT, help="Date and time for UNB, taken as given.")
@click.option("--reference", type=click.IntRange(1, 10**14 - 1), help="Interchange reference of the (first) answer.")
@click.option("--site", metavar="SITE", help="Our own site: an interchange for another one is refused.")
@click.option("--production/--test", default=None, help="Refuse a test interchange, or one that is no test.")
@click.option("--rules", "rule_files", multiple=True, metavar="FILE", help="Rules of your own: a Python file.")
@guided
@reference_data
@LEDGER
def respond(
    path: str,
    output: str | None,
    kind: str,
    at: datetime.datetime | None,
    reference: int | None,
    site: str | None,
    production: bool | None,
    rule_files: tuple[str, ...],
    library: Library,
    folder: Path | None,
    ledger: str | None,
) -> None:
    """Write the answer to the interchanges of FILE, as Customs would send it.

    That is a CONTRL, and, in an interchange of its own, the business responses (IMDR, SACR, ...) to the messages that
    it lets through: what the rules complain of, or an acceptance that says no more than can be known here.

    Exit 0 when an answer is written or none is due (and says so), 2 when one is due but cannot be written.

    \b
    edifact-ics respond sent.edi -o answer.edi
    edifact-ics respond sent.edi --at 2026-11-21T09:30:00 --reference 17      always the same bytes
    edifact-ics respond sent.edi --kind cusres
    """
    receiver = Receiver(site, production=production)
    rules, tables = rule_set(rule_files), tables_in(folder)
    try:
        with judged_by(ledger, record=False) as history, reading(path) as file:
            found = answer(
                file,
                kind=kind,
                at=at,
                reference=reference,
                library=library,
                receiver=receiver,
                history=history,
                rules=rules,
                tables=tables,
            )
    except ReferenceDataError as error:
        raise Unreadable(f"{error}.") from error
    for note in found.notes:
        click.echo(f"{path}: {note}", err=True)
    if found.data:
        with writing(output) as out:
            out.write(found.data)
    sys.exit(0 if found.possible else 2)
