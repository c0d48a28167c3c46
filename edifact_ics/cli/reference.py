"""`edifact-ics reference`: list, check and load reference tables."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from difflib import get_close_matches
from pathlib import Path

import click

from edifact_ics.cli.options import FORMATS, Unreadable, reading, reference_data, tables_in
from edifact_ics.cli.product_map import map_products
from edifact_ics.reference import default_folder
from edifact_ics.reference.file import ReferenceDataError, read
from edifact_ics.reference.layouts import LAYOUTS
from edifact_ics.reference.loading import Loaded, load
from edifact_ics.render import reference as render


@click.group()
def reference() -> None:
    """List, check and load the tables of ports, tariff numbers, permits and the like that rules look things up in.

    \b
    edifact-ics reference list
    edifact-ics reference list tariff           its columns too
    edifact-ics reference check tariff.csv
    edifact-ics reference load tariff.csv permits.csv
    edifact-ics reference map check tariff.csv  which of your products it breaks

    How a file is laid out, and where tables are kept: docs/reference-data.md.
    """


reference.add_command(map_products)


@reference.command("list")
@click.argument("names", nargs=-1, metavar="[TABLE…]")
@click.option("--format", "form", type=FORMATS, default="text", show_default=True)
@reference_data
def list_tables(names: tuple[str, ...], form: str, folder: Path | None) -> None:
    """List the tables: what is loaded, of what date, how many rows, from where. With TABLE, its columns too."""
    for name in names:
        if name not in LAYOUTS:
            near = get_close_matches(name, LAYOUTS, 1)
            raise Unreadable(f"There is no table {name!r}.{f' Did you mean {near[0]}?' if near else ''}")
    place = folder or default_folder()
    known = tables_in(place)
    if form == "json":
        click.echo(render.tables_as_json(known, place, names))
        return
    for line in render.tables(known, place, names):
        click.echo(line)


@reference.command()
@click.argument("paths", nargs=-1, required=True, metavar="FILE…")
@click.option("--format", "form", type=FORMATS, default="text", show_default=True)
def check(paths: tuple[str, ...], form: str) -> None:
    """Check files of tables and say what is wrong, by row and column. FILE may be a folder, or - for standard input."""
    done: list[Loaded] = []
    for path in _files(paths):
        with reading(path) as file:
            done.append(Loaded(read(file, path)))
    _tell(done, form)


@reference.command("load")
@click.argument("paths", nargs=-1, required=True, metavar="FILE…")
@click.option("--into", type=click.Path(file_okay=False, path_type=Path), metavar="DIR", help="Not the default folder.")
@click.option("--format", "form", type=FORMATS, default="text", show_default=True)
def load_tables(paths: tuple[str, ...], into: Path | None, form: str) -> None:
    """Check files of tables and put those without a fault into the folder that checks look into."""
    folder = into or default_folder()
    done: list[Loaded] = []
    for path in _files(paths):
        with reading(path) as file:
            try:
                done.append(load(file, path, folder))
            except ReferenceDataError as error:
                raise Unreadable(f"{error}.") from error
            except OSError as error:
                raise Unreadable(f"{folder}: {error.strerror or error}.") from error
    _tell(done, form)


def _files(paths: tuple[str, ...]) -> Iterator[str]:
    """Give the files meant; of a folder those that end in .csv."""
    for path in paths:
        if path != "-" and os.path.isdir(path):
            found = sorted(map(str, Path(path).glob("*.csv")))
            if not found:
                raise Unreadable(f"{path}: the folder holds no .csv files.")
            yield from found
        else:
            yield path


def _tell(done: list[Loaded], form: str) -> None:
    """Print what was found; exit 1 if any file has problems."""
    if form == "json":
        click.echo(render.files_as_json(done))
    else:
        for loaded in done:
            for line in render.file(loaded):
                click.echo(line)
    sys.exit(1 if any(loaded.contents.problems for loaded in done) else 0)
