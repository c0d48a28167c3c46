"""The command line: parse options, call, render. Commands are loaded only when they are called.

Findings go to standard output, diagnostics to standard error. Exit 0: accepted; 1: an error stands; 2: could not run.
"""

from __future__ import annotations

import atexit
import gc
import io
import sys
from importlib import import_module

import click

from edifact_ics import __version__

gc.set_threshold(500_000, 50, 50)  # while modules and guides are loaded there is next to nothing to collect
atexit.register(gc.freeze)  # and at the end nothing is worth collecting: it goes with the process

_COMMANDS = {
    "check": "Check interchanges and say what is wrong, where, and what to do.",
    "translate": "Translate EDIFACT to canonical XML or JSON, and canonical XML back.",
    "respond": "Write the answer to an interchange: CONTRL, then the business responses.",
    "batch": "Check, translate or answer whole archives, in parallel, and sum up.",
    "show": "List an interchange segment by segment, in plain words.",
    "explain": "Say what a finding code means and how to cure it.",
    "guide": "Print the guide of a message.",
    "rules": "List the business rules and what checks each of them.",
    "reference": "List, check and load the tables that rules look things up in.",
    "serve": "Start the web page and the HTTP API on this machine.",
    "completion": "Print a script that lets your shell complete commands and options.",
    "ledger": "What was sent before, and what became of it.",
    "client": "Register a bureau's clients, and keep what is on record of them.",
    "site": "Note the EDI sites from which clients send.",
    "certificate": "Keep certificates and the places of their keys; say which serve, and how long.",
    "authority": "Keep what clients let their bureau do.",
    "mail": "Seal an interchange as signed, encrypted mail; open such a mail.",
    "bureau": "Run the bureau: its operators, what takes two of them, its audit trail.",
}


class _Commands(click.Group):
    """Finds a command in the module of its name."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in _COMMANDS:
            return None
        command = getattr(import_module(f"edifact_ics.cli.{cmd_name}"), cmd_name)
        assert isinstance(command, click.Command)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl(list(_COMMANDS.items()))

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        try:
            return super().resolve_command(ctx, args)
        except click.UsageError as error:
            from difflib import get_close_matches

            near = get_close_matches(args[0], _COMMANDS, 1)
            hint = f" Did you mean {near[0]!r}?" if near else ""
            raise click.UsageError(f"No such command {args[0]!r}.{hint}", ctx) from error


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="edifact-ics")
def main() -> None:
    """Read, check, translate and answer the EDIFACT messages of the Australian Integrated Cargo System.

    \b
    edifact-ics check sent.edi            what is wrong with it?
    edifact-ics show sent.edi             what does it say?
    edifact-ics translate sent.edi        canonical XML; give that back to get EDIFACT
    edifact-ics respond sent.edi          what Customs would answer
    """
    for stream in (sys.stdout, sys.stderr):  # a terminal that lacks a character shows its escape, never a traceback
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
