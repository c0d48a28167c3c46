"""Options and habits of the commands that use the bureau's registry: where it is, who acts, what is refused."""

from __future__ import annotations

import getpass
import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import click

from edifact_ics.cli.options import FORMATS, Unreadable
from edifact_ics.render.report import shown

if TYPE_CHECKING:
    from edifact_ics.bureau.registry import Registry, Request

VARIABLE = "EDIFACT_ICS_REGISTRY"
OPERATOR = "EDIFACT_ICS_OPERATOR"


class _Refusal(click.ClickException):
    """A change that a rule forbids: exit 1, one sentence that says what to do."""

    exit_code = 1


def _url(ctx: click.Context, param: click.Parameter, given: str | None) -> str:
    if not given:
        raise click.UsageError(f"Name the registry: --registry URL, or the environment variable {VARIABLE}.")
    return given


def named_operator(ctx: click.Context, param: click.Parameter, given: str | None) -> str:
    """Return who acts: as given, else the login name."""
    if given:
        return given
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        raise click.UsageError(f"Say who you are: --operator NAME, or the environment variable {OPERATOR}.") from None


def reading(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add the options of a command that reads the registry: `url` and `form`."""
    for option in (
        click.option("--format", "form", type=FORMATS, default="text", show_default=True),
        click.option(
            "--registry",
            "url",
            metavar="URL",
            envvar=VARIABLE,
            callback=_url,
            help="Where it is: sqlite:///FILE, a file, or postgresql://USER@HOST/DATABASE.",
        ),
    ):
        command = option(command)
    return command


def changing(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add the options of a command that changes the registry: those for reading, and `operator`."""
    option = click.option(
        "--operator", metavar="NAME", envvar=OPERATOR, callback=named_operator, help="Who you are; else your login."
    )
    return reading(option(command))


@contextmanager
def database_words() -> Iterator[None]:
    """Say with a sentence that an extra is missing or that the database cannot be used."""
    try:
        from edifact_ics.bureau.registry import RegistryError  # an extra, and it takes time to load
    except ModuleNotFoundError as error:
        raise Unreadable(f"The registry needs {error.name}: pip install 'edifact-ics[bureau]'.") from error
    try:
        yield
    except RegistryError as error:
        raise Unreadable(str(error)) from error


@contextmanager
def opened(url: str, form: str, *, founder: str | None = None) -> Iterator[Registry]:
    """Open the registry; with `founder` it is made where there is none, and its first operator is named so.

    What it refuses ends the command with 1, a database that cannot be used with 2.
    """
    with database_words(), refusals(form):
        from edifact_ics.bureau.registry import Registry

        found = Registry.open(url, create=founder is not None)
        if found is None:
            raise Unreadable("There is no registry there yet: `client register` makes one.")
        with found:
            if founder is not None and not found.operators() and found.found(founder, by=founder):
                click.echo(f"{shown(founder)} is the first operator of this registry.", err=True)
            yield found


@contextmanager
def refusals(form: str) -> Iterator[None]:
    """End the command with 1 and a sentence when a rule of the registry refuses."""
    from edifact_ics.bureau.registry import Refused

    try:
        yield
    except Refused as refused:
        if form == "json":
            tell_json({"refused": {"what": refused.what, "do": refused.do}})
            sys.exit(1)
        raise _Refusal(shown(str(refused))) from refused


def tell(lines: Iterator[str] | list[str]) -> None:
    """Print lines, control characters escaped."""
    for line in lines:
        click.echo(shown(line))


def tell_json(data: dict[str, Any]) -> None:
    """Print data as JSON, which names its version."""
    click.echo(json.dumps({"version": 1, **data}, indent=1, ensure_ascii=False))


def tell_asked(request: Request, form: str) -> None:
    """Say that a change waits for a second operator."""
    from edifact_ics.render.registry import pending_lines, request_data

    if form == "json":
        tell_json({"request": request_data(request)})
    else:
        tell(pending_lines(request, "edifact-ics bureau confirm"))
