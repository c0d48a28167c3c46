"""`edifact-ics serve`."""

from __future__ import annotations

import socket
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import click

from edifact_ics.cli.options import Unreadable, ledger_words

if TYPE_CHECKING:
    from edifact_ics.ledger.overview import Overview
    from edifact_ics.web.waiting import Waiting

_SHORTEST = 16  # characters of a token
_LOOPBACK = ("127.0.0.1", "localhost", "::1")


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen on.")
@click.option("--port", type=click.IntRange(0, 65535), default=8765, show_default=True, help="0: any that is free.")
@click.option(
    "--token-file",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Tokens, one a line, of which each request must bring one; needed for any address but loopback.",
)
@click.option("--ledger", metavar="URL", help="Show what was sent before under /bureau, to those who bring a token.")
@click.option(
    "--bureau",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    metavar="TOML",
    help="The bureau's configuration: shows what waits for its operators under /bureau/waiting.",
)
@click.option("--name", "names", multiple=True, metavar="HOST", help="Another name this server is called by.")
def serve(
    host: str, port: int, token_file: Path | None, ledger: str | None, bureau: Path | None, names: tuple[str, ...]
) -> None:
    """Start the web page and the HTTP API on this machine.

    Nothing that is sent is stored. Each request is worked on in a process of its own, bounded in time and memory.
    A line of the token file is a token and, after a blank, the client whose documents it shows; without one, all.

    \b
    edifact-ics serve
    edifact-ics serve --port 8080
    edifact-ics serve --host 0.0.0.0 --token-file tokens.txt --name broker.example
    edifact-ics serve --token-file tokens.txt --ledger sent.db --bureau bureau.toml
    """
    tokens = _tokens(token_file)
    if host not in _LOOPBACK and not tokens:
        raise click.UsageError(f"--host {host} can be reached by others: give --token-file FILE, or stay on loopback.")
    if (ledger or bureau) and not tokens:
        raise click.UsageError("--ledger and --bureau show what clients sent: give --token-file FILE.")
    try:
        import uvicorn

        from edifact_ics.web.app import LOOPBACK, application
    except ModuleNotFoundError as error:
        raise Unreadable(f"The server needs {error.name}: pip install 'edifact-ics[web]'.") from error
    known = LOOPBACK | {name.lower() for name in (f"[{host}]" if ":" in host else host, *names)}
    app = application(known, tokens, overview=_overview(ledger), look=_look(bureau))
    server = uvicorn.Server(uvicorn.Config(app, host=host, port=port, log_level="warning", server_header=False))
    with _listening(host, port) as listening:
        shown = f"[{host}]" if ":" in host else host
        click.echo(f"Serving on http://{shown}:{listening.getsockname()[1]} (end with Ctrl-C)", err=True)
        server.run(sockets=[listening])


def _listening(host: str, port: int) -> socket.socket:
    """Return a socket that listens; a sentence when the address cannot be had."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family)
    except OSError as error:
        raise Unreadable(f"{host}:{port} cannot be listened on: {error.strerror or error}.") from error


def _overview(url: str | None) -> Overview | None:
    """Return the ledger to be shown; a sentence when it cannot be read."""
    if url is None:
        return None
    with ledger_words():
        from edifact_ics.ledger.overview import Overview

        found = Overview(url)
        found.documents(most=1)
    return found


def _look(file: Path | None) -> Callable[[], Waiting] | None:
    """Return what looks at a bureau, each time anew; a sentence when its configuration or database cannot be used."""
    if file is None:
        return None
    from edifact_ics.cli.bureau_service import opened_instance
    from edifact_ics.web.waiting import Aside, Waiting

    def look() -> Waiting:
        with opened_instance(file) as instance:
            from edifact_ics.bureau.service.operations import overview, quarantined

            found, rows = overview(instance), quarantined(instance)
        aside = tuple(
            Aside(row.id, row.made, row.site or "", row.reference or "", row.reason or "", row.detail or "")
            for row in rows
        )
        tasks = tuple(f"{one.id} ({one.what}): {one.detail}" for one in found.tasks)
        return Waiting(aside, tasks, found.ending, found.unanswered)

    look()
    return look


def _tokens(path: Path | None) -> dict[str, str]:
    """Return the tokens of a file with the client of each ("": all); none where no file is named.

    Unreadable when the file cannot be read, others may read it, or a token is too short.
    """
    if path is None:
        return {}
    try:
        lines = path.read_text("utf-8").splitlines()
        lax = path.stat().st_mode & 0o077
    except (OSError, UnicodeDecodeError) as error:
        raise Unreadable(f"{path}: {getattr(error, 'strerror', None) or error}.") from error
    if lax:
        raise Unreadable(f"{path}: others may read it; chmod 600 {path}.")
    found: dict[str, str] = {}
    for number, line in enumerate(lines, 1):
        token, _, client = line.strip().partition(" ")
        if not token:
            continue
        if len(token) < _SHORTEST or token in found:
            raise Unreadable(f"{path}:{number}: a token is of its own and has at least {_SHORTEST} characters.")
        found[token] = client.strip()
    if not found:
        raise Unreadable(f"{path}: it holds no token.")
    return found
