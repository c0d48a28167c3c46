"""`edifact-ics completion`."""

from __future__ import annotations

import click
from click.shell_completion import get_completion_class


@click.command()
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
@click.pass_context
def completion(ctx: click.Context, shell: str) -> None:
    """Print a script that lets your shell complete commands and options.

    \b
    edifact-ics completion bash >> ~/.bashrc
    edifact-ics completion zsh  >> ~/.zshrc
    edifact-ics completion fish > ~/.config/fish/completions/edifact-ics.fish
    """
    kind = get_completion_class(shell)
    assert kind is not None  # those of the choice are built into click
    click.echo(kind(ctx.find_root().command, {}, "edifact-ics", "_EDIFACT_ICS_COMPLETE").source())
