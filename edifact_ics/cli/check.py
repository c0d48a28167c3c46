"""`edifact-ics check`."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from pathlib import Path

import click

from edifact_ics.cli.options import (
    LEDGER,
    REPORTS,
    Unreadable,
    coloured,
    files,
    guided,
    judged_by,
    judging,
    policy,
    reading,
    reference_data,
    rule_set,
    tables_in,
)
from edifact_ics.finding import Report, Verdict
from edifact_ics.guide.library import Library
from edifact_ics.pipeline import check as check_file
from edifact_ics.reference import ReferenceDataError
from edifact_ics.render import report


@click.command()
@click.argument("paths", nargs=-1, required=True, metavar="FILE…")
@click.option("--format", "form", type=REPORTS, default="text", show_default=True)
@click.option("--quiet", is_flag=True, help="Only files and messages with findings.")
@click.option("--rules", "rule_files", multiple=True, metavar="FILE", help="Rules of your own: a Python file.")
@guided
@reference_data
@LEDGER
@click.option("--record", is_flag=True, help="Judge as Customs does, and write to the ledger what becomes of it.")
@judging
def check(
    paths: tuple[str, ...],
    form: str,
    quiet: bool,
    rule_files: tuple[str, ...],
    library: Library,
    folder: Path | None,
    ledger: str | None,
    record: bool,
    select: tuple[str, ...],
    ignore: tuple[str, ...],
    severities: tuple[str, ...],
) -> None:
    """Check interchanges and say what is wrong, where, and what to do.

    FILE is an EDIFACT file, a canonical XML document, a folder of them, or - for standard input.

    \b
    edifact-ics check sent.edi
    edifact-ics check outbox/ --format json
    edifact-ics check outbox/ --format html > report.html
    edifact-ics check sent.edi --ignore VAL-10 --severity VAL-06=error
    edifact-ics check sent.edi --ledger sent.db --record
    """
    judge = policy(select, ignore, severities)
    rules = rule_set(rule_files)
    tables = tables_in(folder)
    reports: list[Report] = []
    code, said = 0, False
    with judged_by(ledger, record) as journal:
        for path in files(paths):
            try:
                with reading(path) as file:
                    found = check_file(
                        file, path, judge, library, rules=rules, reference=tables, journal=journal
                    ).report
            except ReferenceDataError as error:
                raise Unreadable(f"{error}.") from error
            except Unreadable as error:
                error.show()
                code = 2
                continue
            if found.verdict is Verdict.REJECTED:
                code = max(code, 1)
            if form != "text":
                reports.append(found)
            else:
                for line in report.text(found, coloured(), quiet):
                    click.echo(line)
            said = True
    if not said and code == 0 and form == "text":
        click.echo("No file was checked.")
    for piece in _written(form, reports):
        sys.stdout.buffer.write(piece.encode("utf-8", "replace"))
    sys.exit(code)


def _written(form: str, reports: list[Report]) -> Iterable[str]:
    """Return the reports in a form that is written when all are there."""
    if form == "json":
        return report.as_json(reports)
    if form == "sarif":
        from edifact_ics.render import sarif  # each form is loaded when it is asked for

        return sarif.document(reports)
    if form == "html":
        from edifact_ics.render import report_page

        return (report_page.page(reports),)
    return ()
