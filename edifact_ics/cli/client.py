"""`edifact-ics client`: the bureau's clients, on their way to a record at Customs and after."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import click

from edifact_ics.cli.registry import changing, opened, reading, tell, tell_json

if TYPE_CHECKING:
    from edifact_ics.bureau.registry import Client, Registry

_DAY = click.DateTime(["%Y-%m-%d"])
_CHANNELS = ("interactive", "edi", "bureau")
_ROLES = (
    "importer",
    "licensed-brokerage",
    "exporter",
    "exporter-agent",
    "supplier",
    "registration-agent",
    "sac-communicator",
    "air-cargo-reporter",
    "sea-cargo-reporter",
    "bureau",
)
_KINDS = ("type-1", "type-2", "type-3", "type-3-hosted", "abn-dsc", "authorising-officer")

_DETAILS = (
    click.option("--name", metavar="NAME", help="Of the business or person."),
    click.option("--street", metavar="TEXT"),
    click.option("--city", metavar="TEXT"),
    click.option("--state", metavar="TEXT"),
    click.option("--postcode", metavar="TEXT"),
    click.option("--country", metavar="CODE"),
    click.option("--contact", "contacts", multiple=True, metavar="NAME,PHONE,EMAIL", help="Several may be given."),
    click.option("--role", "roles", multiple=True, type=click.Choice(_ROLES), help="Several may be given."),
    click.option("--channel", type=click.Choice(_CHANNELS), help="How it communicates with Customs."),
    click.option("--bureau", metavar="CLIENT", help="The bureau that registers it and sends for it."),
    click.option("--ready", is_flag=True, default=None, help="Step 1: software, computer and mail are there."),
    click.option("--officer", metavar="NAME", help="Its authorising officer."),
    click.option("--ordered", multiple=True, type=click.Choice(_KINDS), help="Step 2: a certificate was bought."),
    click.option("--registered", multiple=True, metavar="FINGERPRINT", help="Step 4: the gateway knows a certificate."),
    click.option("--signatory", metavar="NAME", help="Step 4: who signed the agreement for electronic dealings."),
    click.option("--signed", type=_DAY, metavar="DAY", help="When it was signed, as 2026-11-25; else today."),
    click.option("--interaction", type=click.Choice(_CHANNELS[:2]), help="Interaction preference."),
    click.option("--text-email", metavar="ADDRESS", help="For plain texts of Customs."),
    click.option("--edi-email", metavar="ADDRESS", help="For EDI: the address in the device certificate."),
    click.option(
        "--reply", type=click.Choice(("EDIFACT", "XML", "JSON"), case_sensitive=False), help="Form of answers."
    ),
    click.option("--site", metavar="SITE", help="Its EDI site, as Customs named it."),
    click.option("--recorded", type=_DAY, metavar="DAY", help="Step 5: when Customs had the record."),
    click.option("--aqis-accredited/--not-aqis-accredited", default=None, help="Agreement with quarantine."),
    click.option("--aqis-scheme", type=click.Choice(("BAS", "AEP")), help="Scheme of that agreement."),
    click.option("--default-account/--no-default-account", default=None, help="Customs holds an account of it."),
    click.option("--hosting", type=_DAY, metavar="DAY", help="A bureau's memorandum with Customs on hosting keys."),
)


def _detailed(command: Callable[..., Any]) -> Callable[..., Any]:
    for option in reversed(_DETAILS):
        command = option(command)
    return changing(command)


@click.group()
def client() -> None:
    """Register clients and keep what is on record of them.

    CLIENT is an ABN, ABN/CAC, or the identifier that Customs gave. The registry is named by --registry or by the
    environment variable EDIFACT_ICS_REGISTRY.

    \b
    edifact-ics client register 51824753556 --name "Yolla Imports" --channel edi
    edifact-ics client status 51824753556                what is missing, and who must do it
    edifact-ics client list --table                      the table `clients` that rules ask
    """


@client.command()
@click.argument("identifier", metavar="CLIENT")
@_detailed
def register(identifier: str, url: str, form: str, operator: str, **details: Any) -> None:
    """Take a client on the five steps to its record and its EDI site, as far as what you give goes; then say the rest.

    Give what you have, and come again with more: roles, contacts and certificates are added to those on record.
    """
    with opened(url, form, founder=operator) as registry:
        from edifact_ics.bureau.registry import Client
        from edifact_ics.bureau.registry.wording import identifier as as_written

        there = registry.client(identifier) or Client(as_written(identifier))
        _put(registry, _with(there, details, add=True), details, operator)
        _tell_status(registry, there.identifier, form)


@client.command()
@click.argument("identifier", metavar="CLIENT")
@click.option("--end", type=_DAY, metavar="DAY", help="Its last day.")
@_detailed
def amend(identifier: str, url: str, form: str, operator: str, end: datetime.datetime | None, **details: Any) -> None:
    """Change what is on record of a client; roles and contacts that are given stand in place of those there were."""
    with opened(url, form) as registry:
        from dataclasses import replace

        from edifact_ics.bureau.registry.clients import known

        with registry.reading() as connection:
            there = known(connection, identifier)
        now = _with(there, details, add=False)
        _put(registry, replace(now, ended=_day(end) or now.ended), details, operator)
        _tell_client(registry, there.identifier, form)


@client.command()
@click.argument("identifier", metavar="CLIENT")
@reading
def status(identifier: str, url: str, form: str) -> None:
    """Say how far a client is on the five steps, what is missing, and who must do it."""
    with opened(url, form) as registry:
        _tell_status(registry, identifier, form)


@client.command()
@click.argument("identifier", metavar="CLIENT")
@reading
def show(identifier: str, url: str, form: str) -> None:
    """Show all that is on record of a client."""
    with opened(url, form) as registry:
        _tell_client(registry, identifier, form)


@client.command("list")
@reading
@click.option("--table", is_flag=True, help="As the file of the table `clients`, for `reference load -`.")
def list_clients(url: str, form: str, table: bool) -> None:
    """List the clients."""
    with opened(url, form) as registry:
        if table:
            from edifact_ics.bureau.registry.clients_table import as_file

            click.echo(as_file(registry.reference_rows(), datetime.date.today()), nl=False)
            return
        from edifact_ics.render.registry import client_data, client_line

        found = registry.clients()
        if form == "json":
            tell_json({"clients": [client_data(one, registry.sites(one.identifier)) for one in found]})
        else:
            tell([client_line(one) for one in found] or ["There are no clients yet: `client register` adds one."])


def _with(there: Client, details: dict[str, Any], *, add: bool) -> Client:
    """Return a client with the details that were given; to `add`: beside the contacts and roles there are."""
    from dataclasses import replace

    from edifact_ics.bureau.certificates.kinds import Kind
    from edifact_ics.bureau.registry import Channel, Reply, Role

    plain = (
        "name",
        "bureau",
        "ready",
        "officer",
        "text_email",
        "edi_email",
        "aqis_accredited",
        "aqis_scheme",
        "default_account",
    )
    given: dict[str, Any] = {name: details[name] for name in plain if details[name] is not None}
    parts = ("street", "city", "state", "postcode", "country")
    address = {name: details[name] for name in parts if details[name] is not None}
    words: tuple[tuple[str, Callable[[Any], Any]], ...] = (
        ("channel", Channel),
        ("interaction", Channel),
        ("reply", Reply),
        ("recorded", _day),
        ("hosting", _day),
    )
    given |= {name: read(details[name]) for name, read in words if details[name] is not None}
    if details["bureau"] is not None:
        given.setdefault("channel", Channel.BUREAU)
    if details["roles"]:
        given["roles"] = frozenset(map(Role, details["roles"])) | (there.roles if add else frozenset())
    if details["contacts"]:
        contacts = tuple(map(_contact, details["contacts"]))
        given["contacts"] = tuple(dict.fromkeys((*there.contacts, *contacts))) if add else contacts
    given["ordered"] = there.ordered | frozenset(map(Kind, details["ordered"]))
    return replace(there, **given, address=replace(there.address, **address))


def _contact(text: str) -> Any:
    from edifact_ics.bureau.registry import Contact

    parts = [part.strip() for part in text.split(",")]
    if not parts[0] or len(parts) > 3:
        raise click.UsageError(f"--contact {text!r}: write NAME,PHONE,EMAIL; phone and e-mail may be empty.")
    return Contact(*parts)


def _put(registry: Registry, now: Client, details: dict[str, Any], operator: str) -> None:
    from dataclasses import replace

    from edifact_ics.bureau.registry.wording import identifier as as_written

    if now.bureau is not None:
        now = replace(now, bureau=as_written(now.bureau))
    signed = None
    if details["signatory"] is not None:
        signed = details["signatory"], _day(details["signed"]) or datetime.date.today().isoformat()
    elif details["signed"] is not None:
        raise click.UsageError("--signed says when; say who with --signatory NAME.")
    registry.put_client(now, signed=signed, site=details["site"], registered=details["registered"], operator=operator)


def _day(given: datetime.datetime | None) -> str | None:
    return given.date().isoformat() if given else None


def _tell_client(registry: Registry, identifier: str, form: str) -> None:
    from edifact_ics.bureau.registry.clients import known
    from edifact_ics.render.registry import client_data, client_lines

    with registry.reading() as connection:
        found = known(connection, identifier)
    sites, agreement = registry.sites(found.identifier), registry.agreement(found.identifier)
    if form == "json":
        signed = {"signatory": agreement.signatory, "signed": agreement.signed} if agreement else None
        tell_json({"client": {**client_data(found, sites), "agreement": signed}})
        return
    tell(client_lines(found, sites))
    if agreement:
        tell([f"  agreement: signed by {agreement.signatory} on {agreement.signed}"])


def _tell_status(registry: Registry, identifier: str, form: str) -> None:
    from edifact_ics.bureau.registry.clients import known
    from edifact_ics.render.registry import step_data, step_lines

    steps, warnings = registry.status(identifier)
    with registry.reading() as connection:
        found = known(connection, identifier)
    if form == "json":
        tell_json(step_data(found, steps, warnings))
    else:
        tell(step_lines(found, steps, warnings))
