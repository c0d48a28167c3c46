"""`edifact-ics serve`."""

from __future__ import annotations

import socket
from pathlib import Path

import click

from edifact_ics.cli.options import Unreadable

_LOOPBACK = ("127.0.0.1", "localhost", "::1")


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen on.")
@click.option("--port", type=click.IntRange(0, 65535), default=8765, show_default=True, help="0: any that is free.")
@click.option(
    "--token-file",
    type=click.Path(dir_okay=False, path_type=Path),
    help="A file whose first line every request must bring; needed for any address but loopback.",
)
@click.option("--name", "names", multiple=True, metavar="HOST", help="Another name this server is called by.")
def serve(host: str, port: int, token_file: Path | None, names: tuple[str, ...]) -> None:
    """Start the web page and the HTTP API on this machine.

    Nothing that is sent is stored. Each request is worked on in a process of its own, bounded in time and memory.

    \b
    edifact-ics serve
    edifact-ics serve --port 8080
    edifact-ics serve --host 0.0.0.0 --token-file token.txt --name broker.example
    """
    token = _token(token_file)
    if host not in _LOOPBACK and not token:
        raise click.UsageError(f"--host {host} can be reached by others: give --token-file FILE, or stay on loopback.")
    try:
        import uvicorn

        from edifact_ics.web.app import LOOPBACK, application
    except ModuleNotFoundError as error:
        raise Unreadable(f"The server needs {error.name}: pip install 'edifact-ics[web]'.") from error
    known = LOOPBACK | {name.lower() for name in (f"[{host}]" if ":" in host else host, *names)}
    server = uvicorn.Server(
        uvicorn.Config(application(known, token), host=host, port=port, log_level="warning", server_header=False)
    )
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


def _token(path: Path | None) -> str:
    """Return the token of a file, "" where none is named; Unreadable when the file cannot be read or is no secret."""
    if path is None:
        return ""
    try:
        lines = path.read_text("utf-8").split("\n", 1)
        lax = path.stat().st_mode & 0o077
    except (OSError, UnicodeDecodeError) as error:
        raise Unreadable(f"{path}: {getattr(error, 'strerror', None) or error}.") from error
    if lax:
        raise Unreadable(f"{path}: others may read it; chmod 600 {path}.")
    if len(lines[0].strip()) < 16:
        raise Unreadable(f"{path}: the first line is the token; it has at least 16 characters.")
    return lines[0].strip()
