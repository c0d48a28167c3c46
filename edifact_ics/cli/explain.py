"""`edifact-ics explain`."""

from __future__ import annotations

import json
import re
from difflib import get_close_matches

import click

from edifact_ics.cli.options import FORMATS, Unreadable
from edifact_ics.codes import CODES, Code
from edifact_ics.rules.claims import meanings


@click.command()
@click.argument("codes", nargs=-1, metavar="[CODE…]")
@click.option("--format", "form", type=FORMATS, default="text", show_default=True)
def explain(codes: tuple[str, ...], form: str) -> None:
    """Say what a finding code, or a code in an answer of Customs, means, where that comes from, and how to cure it.

    Without CODE: all of them, a line each, but for the business rules, which `edifact-ics rules` lists.

    \b
    edifact-ics explain STR-03
    edifact-ics explain ID0237 SM0001
    """
    known = meanings()
    wanted = [_written(code, known) for code in codes]
    for code in wanted:
        if code not in known:
            near = get_close_matches(code, known, 1)
            raise Unreadable(f"There is no code {code!r}.{f' Did you mean {near[0]}?' if near else ''}")
    if form == "json":
        meant = {code: {**known[code]._asdict(), "severity": known[code].severity.value} for code in wanted or CODES}
        click.echo(json.dumps(meant, indent=1))
        return
    for code in wanted or CODES:
        entry = known[code]
        click.echo(f"{code}  {entry.title}  ({entry.severity.value})")
        if wanted:
            cure = f"  What to do: {entry.cure}\n" if entry.cure else ""
            click.echo(f"  {entry.meaning}\n{cure}  Source: {entry.source}")


def _written(code: str, known: dict[str, Code]) -> str:
    """Return a code as the tables write it: capitals, two digits; the small letters of CMR-04a stay."""
    exact = {one.upper(): one for one in known}
    upper = code.upper()
    return exact.get(upper) or re.sub(r"-(\d)$", r"-0\1", upper)
