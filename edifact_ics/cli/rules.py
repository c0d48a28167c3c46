"""`edifact-ics rules`."""

from __future__ import annotations

import json
from difflib import get_close_matches
from pathlib import Path

import click

from edifact_ics.cli.options import FORMATS, Unreadable, reference_data, rule_set, tables_in
from edifact_ics.render.rules import as_json, text
from edifact_ics.rules import Known, catalogue
from edifact_ics.rules.claims import claims


@click.command()
@click.argument("ids", nargs=-1, metavar="[ID…]")
@click.option("--format", "form", type=FORMATS, default="text", show_default=True)
@click.option("--rules", "rule_files", multiple=True, metavar="FILE", help="Rules of your own: a Python file.")
@reference_data
def rules(ids: tuple[str, ...], form: str, rule_files: tuple[str, ...], folder: Path | None) -> None:
    """List the statements of the rules document and what checks each of them. ID may be the beginning of one.

    \b
    edifact-ics rules GBR-AIRLINE
    """
    own = rule_set(rule_files)
    known = [*catalogue(), *(one.id for one in own if one.id not in catalogue())]
    for ident in ids:
        if not any(one.upper().startswith(ident.upper()) for one in known):
            near = get_close_matches(ident.upper(), known, 1, 0.5)
            raise Unreadable(f"There is no rule {ident!r}.{f' Did you mean {near[0]}?' if near else ''}")
    found = claims(own, Known(reference=tables_in(folder)))
    if form == "json":
        click.echo(json.dumps(as_json(found, own, ids), indent=1, ensure_ascii=False))
        return
    for line in text(found, own, ids):
        click.echo(line)
