"""`edifact-ics guide`."""

from __future__ import annotations

from pathlib import Path

import click

from edifact_ics.cli.options import Unreadable
from edifact_ics.library import ours, read_mig
from edifact_ics.mig import SERVICE
from edifact_ics.mig_tree import MigError
from edifact_ics.render import guide as render


@click.command()
@click.argument("words", nargs=-1, metavar="[MESSAGE | check PATH]")
@click.option(
    "--basis", type=click.Choice(["guide", "observed", "inferred", "assumed"]), help="Only rows that rest on it."
)
def guide(words: tuple[str, ...], basis: str | None) -> None:
    """Print the guide of a message; without MESSAGE, the guides and what none carries.

    `guide check PATH` verifies a guide file.

    \b
    edifact-ics guide IMD
    edifact-ics guide IMD --basis assumed       what is not certain
    edifact-ics guide check my-mig/imd.xml
    """
    if words[:1] == ("check",):
        if len(words) != 2:
            raise click.UsageError("Write: guide check PATH")
        _check(Path(words[1]))
        return
    if len(words) > 1:
        raise click.UsageError("One message at a time.")
    if not words:
        for name in (*ours().messages, SERVICE):
            click.echo(f"{name:<8} {ours().load(name).title}")
        click.echo("\nNamed by rules, but carried by no message:")
        for element, reason in ours().unsent.items():
            click.echo(f"  {element}: {reason}")
        return
    try:
        mig = ours().load(words[0].upper() if words[0].lower() != SERVICE else SERVICE)
    except MigError as error:
        raise Unreadable(f"{error}.") from error
    for line in render.text(mig, basis):
        click.echo(line)


def _check(path: Path) -> None:
    try:
        mig = read_mig(path)
    except MigError as error:
        raise Unreadable(f"{error}.") from error
    rows = sum(len(use.values) for segment in mig.segments() for use in segment.uses)
    click.echo(f"{path}: the guide {mig.message} is sound: {len(list(mig.segments()))} segments, {rows} data elements.")
