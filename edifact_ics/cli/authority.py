"""`edifact-ics authority`: what a client lets its bureau do."""

from __future__ import annotations

import datetime

import click

from edifact_ics.cli.registry import changing, opened, reading, tell, tell_json

_DAY = click.DateTime(["%Y-%m-%d"])


@click.group()
def authority() -> None:
    """Keep the authority that clients give a bureau: for which documents, functions and payments, from when until when.

    It takes two operators to grant one, and one to revoke it.

    \b
    edifact-ics authority grant 51824753556 53004085616 --documents IMD,SAC --payments --operator anna
    edifact-ics authority confirm 7 --operator bob
    edifact-ics authority list
    """


@authority.command()
@click.argument("client")
@click.argument("bureau")
@click.option("--documents", multiple=True, metavar="NAME,…", help="As IMD,SAC; else all.")
@click.option("--functions", multiple=True, metavar="NAME,…", help="Of original, change, withdraw; else all.")
@click.option("--payments", is_flag=True, help="It may pay for the client too.")
@click.option("--from", "since", type=_DAY, metavar="DAY", help="First day, as 2026-11-25; else today.")
@click.option("--until", type=_DAY, metavar="DAY", help="Last day; else no end is set.")
@changing
def grant(
    client: str,
    bureau: str,
    documents: tuple[str, ...],
    functions: tuple[str, ...],
    payments: bool,
    since: datetime.datetime | None,
    until: datetime.datetime | None,
    url: str,
    form: str,
    operator: str,
) -> None:
    """Ask for an authority of CLIENT for BUREAU; it counts when another operator confirms it."""
    with opened(url, form) as registry:
        from edifact_ics.render.registry import pending_lines, request_data

        request = registry.grant(
            client,
            bureau,
            documents=_split(documents),
            functions=_split(functions),
            payments=payments,
            since=since.date().isoformat() if since else None,
            until=until.date().isoformat() if until else None,
            operator=operator,
        )
        if form == "json":
            tell_json({"request": request_data(request)})
        else:
            tell(pending_lines(request, "edifact-ics authority confirm"))


def _split(given: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(word.strip() for part in given for word in part.split(",") if word.strip())


@authority.command()
@click.argument("number", type=int, metavar="ID")
@changing
def confirm(number: int, url: str, form: str, operator: str) -> None:
    """Confirm what another operator asked for. ID is that of the request."""
    with opened(url, form) as registry:
        from edifact_ics.render.registry import request_data, request_line

        request = registry.confirm(number, operator=operator)
        if form == "json":
            tell_json({"request": request_data(request)})
        else:
            tell([request_line(request)])


@authority.command()
@click.argument("number", type=int, metavar="ID")
@click.option("--reason", default="", metavar="TEXT")
@changing
def revoke(number: int, reason: str, url: str, form: str, operator: str) -> None:
    """End an authority at once. ID is that of the authority, as `authority list` shows it."""
    with opened(url, form) as registry:
        from edifact_ics.render.registry import authority_data, authority_line

        ended = registry.revoke(number, reason, operator=operator)
        if form == "json":
            tell_json({"authority": authority_data(ended, _today())})
        else:
            tell([authority_line(ended, _today())])


@authority.command("list")
@click.option("--client", metavar="CLIENT", help="Only those it gave.")
@click.option("--bureau", metavar="CLIENT", help="Only those it was given.")
@reading
def list_authorities(client: str | None, bureau: str | None, url: str, form: str) -> None:
    """List the authorities, and those that wait for a second operator."""
    with opened(url, form) as registry:
        from edifact_ics.bureau.registry import Change, State
        from edifact_ics.render.registry import authority_data, authority_line, request_data, request_line

        found = registry.authorities(client, bureau)
        asked = [one for one in registry.requests(State.PENDING) if one.change is Change.AUTHORITY_GRANT]
        if form == "json":
            listed = [authority_data(one, _today()) for one in found]
            tell_json({"authorities": listed, "pending": [request_data(one) for one in asked]})
            return
        tell([authority_line(one, _today()) for one in found] or ["There are no such authorities."])
        tell([request_line(one) for one in asked])


def _today() -> str:
    from edifact_ics.bureau.registry.wording import day_in_canberra

    return day_in_canberra(datetime.datetime.now(datetime.UTC))
