"""`edifact-ics explain`."""

from __future__ import annotations

import json
import re
from dataclasses import asdict
from difflib import get_close_matches

import click

from edifact_ics.cli.options import FORMATS, Unreadable
from edifact_ics.codes import CODES


@click.command()
@click.argument("codes", nargs=-1, metavar="[CODE…]")
@click.option("--format", "form", type=FORMATS, default="text", show_default=True)
def explain(codes: tuple[str, ...], form: str) -> None:
    """Say what a finding code means, where that comes from, and how to cure it. Without CODE: all of them, a line each.

    \b
    edifact-ics explain STR-03
    """
    wanted = [re.sub(r"-(\d)$", r"-0\1", code.upper()) for code in codes]
    for code in wanted:
        if code not in CODES:
            near = get_close_matches(code, CODES, 1)
            raise Unreadable(f"There is no code {code!r}.{f' Did you mean {near[0]}?' if near else ''}")
    if form == "json":
        known = {code: {**asdict(CODES[code]), "severity": CODES[code].severity.value} for code in wanted or CODES}
        click.echo(json.dumps(known, indent=1))
        return
    for code in wanted or CODES:
        entry = CODES[code]
        click.echo(f"{code}  {entry.title}  ({entry.severity.value})")
        if wanted:
            click.echo(f"  {entry.meaning}\n  What to do: {entry.cure}\n  Source: {entry.source}")
