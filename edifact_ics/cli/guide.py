"""`edifact-ics guide`, `guide check` and `guide fit`."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import click

from edifact_ics.cli.options import FORMATS, Unreadable, files, guided, reading, writing
from edifact_ics.guide.library import Library, read_mig
from edifact_ics.guide.mig import SERVICE
from edifact_ics.guide.mig_tree import Mig, MigError
from edifact_ics.render import guide as render


class _Guide(click.Group):
    """Takes a word that is no command of its own as the name of a message."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        if not args or (args[0] not in self.commands and args[0] not in ctx.help_option_names):
            args = ["print", *args]
        return super().parse_args(ctx, args)


class _Printing(click.Context):
    """Goes by the name of `guide`: that a command prints the guides is nothing a user types."""

    @property
    def command_path(self) -> str:
        return self.parent.command_path if self.parent is not None else super().command_path


class _Print(click.Command):
    context_class = _Printing


@click.group(cls=_Guide, subcommand_metavar="[MESSAGE | check PATH | fit FILE…]")
def guide() -> None:
    """Print the guide of a message; without MESSAGE, the list of guides.

    \b
    edifact-ics guide IMD
    edifact-ics guide IMD --basis assumed       what is not certain
    edifact-ics guide IMD --mig my-mig          with your corrections
    edifact-ics guide --format html -o pages    all of them as pages to read and print
    edifact-ics guide check my-mig              are they sound?
    edifact-ics guide fit archive/              what past messages say about the guides
    """


@guide.command("print", cls=_Print, hidden=True)
@click.argument("words", nargs=-1, metavar="[MESSAGE]")
@click.option("--basis", type=click.Choice(render.BASES), help="Only rows that rest on it.")
@click.option("--format", "form", type=click.Choice(["text", "json", "html"]), default="text", show_default=True)
@click.option("-o", "--output", "folder", type=click.Path(file_okay=False, path_type=Path), help="Folder of the pages.")
@guided
def print_guide(words: tuple[str, ...], basis: str | None, form: str, folder: Path | None, library: Library) -> None:
    """Print the guide of a message; without MESSAGE, the list of guides; as HTML all of them, a page each."""
    if (form == "html") != (folder is not None):
        raise click.UsageError("Pages go to a folder: --format html -o DIR.")
    if len(words) > 1 or (words and folder):
        raise click.UsageError("Pages are made of all messages." if folder else "One message at a time.")
    if basis and folder:
        raise click.UsageError("--basis chooses rows of a text; the pages name the basis of each row.")
    try:
        if folder:
            _print_pages(library, folder)
            return
        if not words:
            migs = (library.load(name) for name in (*library.messages, SERVICE))
            if form == "json":
                _print_json(render.overview_json(migs, library.unsent))
            else:
                click.echo("\n".join(render.overview(migs, library.unsent)))
            return
        mig = library.load(words[0].upper() if words[0].lower() != SERVICE else SERVICE)
    except MigError as error:
        raise Unreadable(f"{error}.") from error
    if form == "json":
        _print_json(render.as_json(mig, basis, _rules(mig)))
    else:
        click.echo("\n".join(render.text(mig, basis, _rules(mig))))


def _rules(mig: Mig) -> dict[str, list[str]]:
    """Return the ids of the rules that speak of each data element of a trader's message, by its name."""
    from edifact_ics.rules.claims import speaking_of

    return speaking_of(mig.message) if mig.sender == "trader" else {}


def _print_pages(library: Library, folder: Path) -> None:
    """Write the printed guide into a folder."""
    from edifact_ics.render import printed
    from edifact_ics.rules import available
    from edifact_ics.rules.claims import claims

    migs = [library.load(name) for name in (*library.messages, SERVICE)]
    examples = _examples(library)
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise Unreadable(f"{folder}: {error.strerror or error}.") from error
    count = 0
    for name, page in printed.pages(migs, claims(available()), lambda mig: examples.get(mig.message, "")):
        with writing(str(folder / name)) as file:
            file.write(page.encode())
        count += 1
    click.echo(f"{folder / 'index.html'}: the guides, {count} pages.")


def _examples(library: Library) -> dict[str, str]:
    """Return the listing of a sample of each message, by the name of its guide: the first that draws no error."""
    from edifact_ics import resources
    from edifact_ics.finding import Report, Verdict
    from edifact_ics.inspection.run import Run
    from edifact_ics.inspection.steps import Checked
    from edifact_ics.render import listing

    found: dict[str, str] = {}
    for path in sorted(resources.root("samples").glob("*.edi")):
        if not path.name.startswith("wrong-"):
            with open(path, "rb") as file:
                for step in Run(Report(path.name), library=library).steps(file):
                    if isinstance(step, Checked) and step.table and step.summary.verdict is not Verdict.REJECTED:
                        found.setdefault(step.table.mig.message, "\n".join(listing.message(step)).strip())
    return found


@guide.command("check")
@click.argument("path")
def check_guide(path: str) -> None:
    """Verify a guide file, or a folder for --mig: guides, corrections, code lists and schemas together.

    \b
    edifact-ics guide check my-mig/imd.xml
    edifact-ics guide check my-mig
    """
    where = Path(path)
    if not where.exists():
        raise Unreadable(f"{path}: No such file or directory.")
    try:
        if where.is_dir():
            for line in _folder(where):
                click.echo(line)
            return
        mig = read_mig(where)
    except MigError as error:
        raise Unreadable(f"{error}.") from error
    click.echo(f"{path}: the guide {mig.message} is sound: {_size(mig)}.")


def _folder(folder: Path) -> list[str]:
    library = Library(folder)
    lines = []
    for name in library.touched:
        lines.append(f"{folder}: the guide {name} is sound: {_size(library.load(name))}.")
    changed = library.changed_lists
    if changed:
        lines.append(f"{folder}: code lists changed or added: {', '.join(changed)}.")
    return lines or [f"{folder}: the folder changes nothing."]


def _size(mig: Mig) -> str:
    rows = sum(len(use.values) for segment in mig.segments() for use in segment.uses)
    return f"{len(list(mig.segments()))} segments, {rows} data elements"


@guide.command("fit")
@click.argument("paths", nargs=-1, required=True, metavar="FILE…")
@click.option("--format", "form", type=FORMATS, default="text", show_default=True)
@click.option("--often", type=click.IntRange(1), default=10, show_default=True, help="Messages that confirm a row.")
@click.option("--quiet", is_flag=True, help="Leave out the rows that nothing speaks against.")
@guided
def fit_guides(paths: tuple[str, ...], form: str, often: int, quiet: bool, library: Library) -> None:
    """Hold past messages against the guides, row by row, and say which rows could now change.

    FILE is a file that was sent and taken, a folder of them, or - for standard input. What is no EDIFACT is named and
    passed over. Messages that Customs refused speak against a guide that is right: leave them out.

    Exit 0 when nothing speaks against a guide, 1 when something does, 2 when no message was found or a file could not
    be read.

    \b
    edifact-ics guide fit archive/
    edifact-ics guide fit archive/ --quiet --often 50
    edifact-ics guide fit archive/ --format json
    """
    from edifact_ics.finding import Report
    from edifact_ics.fitting.fit import Fit
    from edifact_ics.inspection.run import Run
    from edifact_ics.render import fit as report
    from edifact_ics.source import is_xml, peek

    fit = Fit(library)
    unreadable = False
    for path in files(paths):
        try:
            with reading(path) as file:
                beginning, source = peek(file)
                if is_xml(beginning):
                    fit.refuse(path, "This is XML; what counts is EDIFACT as it was sent.")
                    continue
                run = Run(Report(path), library=library)
                if not fit.take(path, run.steps(source)):
                    said = run.report.findings
                    fit.refuse(path, said[0].message if said else "The file holds no message.")
        except Unreadable as error:
            error.show()
            unreadable = True
    if form == "json":
        _print_json(report.as_json(fit, often))
    else:
        for line in report.text(fit, often, quiet):
            click.echo(line)
    sys.exit(2 if unreadable or not fit.messages else int(fit.contradicted))


def _print_json(document: dict[str, object]) -> None:
    click.echo(json.dumps(document, indent=1, ensure_ascii=False))
