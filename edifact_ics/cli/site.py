"""`edifact-ics site`: the EDI sites from which clients send."""

from __future__ import annotations

from dataclasses import asdict

import click

from edifact_ics.cli.registry import changing, opened, reading, tell, tell_json


@click.group()
def site() -> None:
    """Note the EDI sites that Customs gave to clients, and list them.

    \b
    edifact-ics site create 51824753556 AAA676Y --email edi@yolla.example
    edifact-ics site list
    """


@site.command()
@click.argument("client")
@click.argument("name", metavar="SITE")
@click.option(
    "--email", default="", metavar="ADDRESS", help="The address in its certificate; else the client's for EDI."
)
@changing
def create(client: str, name: str, email: str, url: str, form: str, operator: str) -> None:
    """Note that SITE is an EDI site of CLIENT."""
    with opened(url, form) as registry:
        from edifact_ics.render.registry import site_line

        made = registry.create_site(name, client, email, operator=operator)
        if form == "json":
            tell_json({"site": asdict(made)})
        else:
            tell([f"{site_line(made)}: a site of {made.client}"])


@site.command("list")
@click.argument("client", required=False)
@reading
def list_sites(client: str | None, url: str, form: str) -> None:
    """List the sites, of CLIENT or of all."""
    with opened(url, form) as registry:
        from edifact_ics.render.registry import site_line

        found = registry.sites(client)
        if form == "json":
            tell_json({"sites": [asdict(one) for one in found]})
        else:
            tell([f"{site_line(one)}: a site of {one.client}" for one in found] or ["There are no sites yet."])
