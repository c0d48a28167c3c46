"""`edifact-ics reference map`: a broker's own products and the codes they are declared with."""

from __future__ import annotations

import datetime
import io
import re
import sys
from pathlib import Path

import click

from edifact_ics.cli.options import Unreadable, reading, tables_in
from edifact_ics.reference import Reference, ReferenceDataError, Row, default_folder
from edifact_ics.reference.file import read
from edifact_ics.reference.loading import load
from edifact_ics.reference.product_map import PRODUCTS, Broken, as_file, broken, entry, with_row
from edifact_ics.reference.shelf import Issue, beside_shipped, issues_in
from edifact_ics.render.report import shown

_TARIFF = re.compile(r"([0-9]{8})/([0-9]{2})")

kept_in = click.option(
    "--into", type=click.Path(file_okay=False, path_type=Path), metavar="DIR", help="Not the default folder."
)
on_day = click.option(
    "--on", "day", type=click.DateTime(["%Y-%m-%d"]), metavar="DAY", help="As 2026-07-01; else today."
)


@click.group("map")
def map_products() -> None:
    """Keep a map from your products to the codes they are declared with, and see which entries new tables break.

    `check` warns when a line that describes a product of the map is declared with other codes.

    \b
    edifact-ics reference map set YOL-4400 94016900/42 WD01 --goods "Folding chairs of teak"
    edifact-ics reference map list
    edifact-ics reference map check tariff-2027.csv      what would break, before you load it
    edifact-ics reference map update                     entries with one successor follow it
    """


@map_products.command("list")
@kept_in
def list_map(into: Path | None) -> None:
    """List the products in force today."""
    rows = _tables(into).rows(PRODUCTS, on=_today())
    for row in rows:
        click.echo(_shown(row))
    if not rows:
        click.echo("The map holds no product. Add one with: edifact-ics reference map set PRODUCT TARIFF.")


@map_products.command("set")
@click.argument("product")
@click.argument("tariff")
@click.argument("commodities", nargs=-1, metavar="[AQIS-CODE…]")
@click.option("--goods", default="", metavar="TEXT", help="How messages describe it; else its code is looked for.")
@click.option("--from", "since", type=click.DateTime(["%Y-%m-%d"]), metavar="DAY", help="What was before is kept.")
@kept_in
def set_product(
    product: str,
    tariff: str,
    commodities: tuple[str, ...],
    goods: str,
    since: datetime.datetime | None,
    into: Path | None,
) -> None:
    """Add a product or give it other codes. TARIFF is classification and statistical code: 94016900/42."""
    codes = _TARIFF.fullmatch(tariff)
    if codes is None:
        raise click.UsageError(f"TARIFF is {tariff!r}; write classification and statistical code: 94016900/42.")
    row = entry(product, goods, (codes[1], codes[2]), commodities)
    reference = _tables(into)
    known = reference.row(PRODUCTS, product, on=_today())
    if known and not goods:
        row["goods"] = known["goods"]
    _keep(with_row(reference.rows(PRODUCTS), row, since.date() if since else None), into)
    click.echo(f"{'Changed' if known else 'Added'}: {_shown(row)}")


@map_products.command("drop")
@click.argument("product")
@kept_in
def drop_product(product: str, into: Path | None) -> None:
    """Take a product out of the map."""
    rows = _tables(into).rows(PRODUCTS)
    kept = [row for row in rows if row["product"] != product]
    if len(kept) == len(rows):
        raise Unreadable(f"There is no product {product!r} in the map.")
    _keep(kept, into)
    click.echo(f"Dropped: {shown(product)}")


@map_products.command("check")
@click.argument("paths", nargs=-1, metavar="[FILE…]")
@on_day
@kept_in
def check_map(paths: tuple[str, ...], day: datetime.datetime | None, into: Path | None) -> None:
    """Say which entries the tables break, with the codes that could follow. FILE is a table not loaded yet.

    Exit 1 when an entry is broken.
    """
    reference, when = _held_against(paths, day, into)
    found = list(broken(reference, when))
    for one in found:
        _tell(one)
    count = len(reference.rows(PRODUCTS, on=when))
    click.echo(f"{count} products, {len(found)} broken on {when}.")
    sys.exit(1 if found else 0)


@map_products.command("update")
@click.argument("paths", nargs=-1, metavar="[FILE…]")
@on_day
@kept_in
def update_map(paths: tuple[str, ...], day: datetime.datetime | None, into: Path | None) -> None:
    """Let broken entries that have one successor follow it from DAY on; name the others. Exit 1 when any are left."""
    reference, when = _held_against(paths, day, into)
    rows, followed = list(reference.rows(PRODUCTS)), set()
    left = {one.row["product"]: one for one in broken(reference, when)}
    while followable := [one for one in left.values() if len(one.instead) == 1 and one.row["product"] not in followed]:
        for one in followable:
            rows = with_row(rows, one.instead[0], when)
            followed.add(one.row["product"])
            click.echo(f"Followed: {_shown(one.row)} -> {_shown(one.instead[0])}")
        _keep(rows, into)
        reference, _ = _held_against(paths, day, into)
        left = {one.row["product"]: one for one in broken(reference, when)}
    for one in left.values():
        _tell(one)
    click.echo(f"{len(followed)} followed, {len(left)} left for you.")
    sys.exit(1 if left else 0)


def _held_against(
    paths: tuple[str, ...], day: datetime.datetime | None, into: Path | None
) -> tuple[Reference, datetime.date]:
    """Return the tables, those in files before the loaded ones, and the day: of the newest file, else today."""
    own = list(issues_in(into or default_folder()))
    issued = _today()
    for path in paths:
        with reading(path) as file:
            contents = read(file, path)
        try:
            contents.sound()
        except ReferenceDataError as error:
            raise Unreadable(f"{error}.") from error
        assert contents.head is not None  # a file without one is not sound
        issued = max(issued, contents.head.issued)
        own = [issue for issue in own if issue.name != contents.head.table]
        own.append(Issue(contents.head.table, contents.head.issued, contents.head.source, Path(path)))
    reference = beside_shipped(own)
    if not reference.has("tariff") and not reference.has("aqis_commodities"):
        raise Unreadable("Neither tariff nor aqis_commodities is loaded: nothing to hold the map against.")
    return reference, day.date() if day else issued


def _tables(into: Path | None) -> Reference:
    return tables_in(into or default_folder())


def _keep(rows: list[Row], into: Path | None) -> None:
    """Put the map into the folder of tables, as the issue of today."""
    today = _today()
    data = as_file(rows, today, "edifact-ics reference map")
    folder = into or default_folder()
    try:
        loaded = load(io.BytesIO(data), "the map", folder)
    except OSError as error:
        raise Unreadable(f"{folder}: {error.strerror or error}.") from error
    except ReferenceDataError as error:
        raise Unreadable(f"{error}.") from error
    if loaded.contents.problems:
        raise Unreadable(f"{loaded.contents.problems[0].text}.")


def _tell(one: Broken) -> None:
    """Print a broken entry, with what could follow."""
    click.echo(f"Broken: {_shown(one.row)}: {one.why}.")
    for row in one.instead[:10]:
        click.echo(f"  could be {_shown(row)}")
    if not one.instead:
        click.echo("  nothing follows it in the tables: classify the product anew, then reference map set")


def _shown(row: Row) -> str:
    goods = f' "{row["goods"]}"' if row["goods"] else ""
    said = f"{row['product']}{goods} {row['classification']}/{row['statistical_code']} {row['commodities']}"
    return shown(said.rstrip())


def _today() -> datetime.date:
    return datetime.date.today()
