"""What the registry holds, as lines of text and as plain data for JSON."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import asdict
from typing import Any

from edifact_ics.bureau.registry.audit import Entry, Fault, Head
from edifact_ics.bureau.registry.authorities import ALL, FUNCTIONS, Authority
from edifact_ics.bureau.registry.client import Client
from edifact_ics.bureau.registry.clients import as_data
from edifact_ics.bureau.registry.path import Step
from edifact_ics.bureau.registry.requests import Request
from edifact_ics.bureau.registry.sites import Site
from edifact_ics.bureau.registry.trust import RULES, Change

_WORDS = {code: word for word, code in FUNCTIONS.items()}


def client_line(client: Client) -> str:
    """Return a client in one line."""
    roles = f" ({', '.join(sorted(client.roles))})" if client.roles else ""
    ended = f", ended on {client.ended}" if client.ended else ""
    return f"{client.identifier} {client.name}{roles}{ended}"


def client_lines(client: Client, sites: Iterable[Site]) -> Iterator[str]:
    """Give a client in full."""
    yield client_line(client)
    where = ", ".join(part for part in asdict(client.address).values() if part)
    accredited = {None: "", True: "yes", False: "no"}
    for what, said in (
        ("address", where),
        ("communicates", f"through {client.bureau}" if client.bureau else client.channel or ""),
        ("authorising officer", client.officer),
        ("interaction preference", client.interaction or ""),
        ("text e-mail", client.text_email),
        ("EDI e-mail", client.edi_email),
        ("EDI replies", client.reply or ""),
        ("accredited by quarantine", " ".join((accredited[client.aqis_accredited], client.aqis_scheme)).strip()),
        ("default account", accredited[client.default_account]),
        ("memorandum on hosting", client.hosting or ""),
        ("recorded at Customs", client.recorded or ""),
        ("on record since", client.since),
    ):
        if said:
            yield f"  {what}: {said}"
    for contact in client.contacts:
        yield f"  contact: {', '.join(part for part in asdict(contact).values() if part)}"
    for site in sites:
        yield f"  site: {site_line(site)}"


def client_data(client: Client, sites: Iterable[Site]) -> dict[str, Any]:
    """Return a client in full as data."""
    return {**as_data(client), "sites": [asdict(site) for site in sites]}


def step_lines(client: Client, steps: Iterable[Step], warnings: Iterable[str]) -> Iterator[str]:
    """Give the five steps of a client: what is done, what is missing, who must do it."""
    steps = tuple(steps)
    yield f"{client_line(client)}: {_standing(steps)}"
    for step in steps:
        state = "missing" if step.missing else step.note or "done"
        yield f"  {step.number}. {step.title}: {state}"
        for one in step.missing:
            yield f"     {one.what} ({one.who})"
            yield f"       {one.do}"
    for warning in warnings:
        yield f"  note: {warning}"


def _standing(steps: tuple[Step, ...]) -> str:
    missing = sum(len(step.missing) for step in steps)
    return f"{missing} {'thing' if missing == 1 else 'things'} missing" if missing else "complete"


def step_data(client: Client, steps: Iterable[Step], warnings: Iterable[str]) -> dict[str, Any]:
    """Return the five steps as data."""
    steps = tuple(steps)
    listed = [{**asdict(step), "done": step.done} for step in steps]
    complete = all(step.done for step in steps)
    return {"client": client.identifier, "complete": complete, "steps": listed, "warnings": list(warnings)}


def site_line(site: Site) -> str:
    """Return a site in one line."""
    return f"{site.name} {site.email or 'no address'}"


def authority_line(authority: Authority, today: str) -> str:
    """Return an authority in one line, and whether it counts today."""
    between = f"{authority.client} to {authority.bureau}"
    return f"{authority.number}: {between}: {_terms(authority)}; {standing(authority, today)}"


def standing(authority: Authority, today: str) -> str:
    """Return in words whether an authority counts on a day."""
    if authority.revoked:
        return f"revoked at {authority.revoked}"
    if today < authority.since:
        return f"from {authority.since}"
    if authority.until and authority.until < today:
        return f"ended on {authority.until}"
    return f"in force until {authority.until}" if authority.until else "in force"


def _terms(authority: Authority) -> str:
    documents = "all documents" if ALL in authority.documents else ", ".join(sorted(authority.documents))
    functions = sorted(_WORDS.get(code, code) for code in authority.functions)
    said = "all functions" if ALL in authority.functions else ", ".join(functions)
    return f"{documents}; {said}; {'with' if authority.payments else 'without'} payments"


def authority_data(authority: Authority, today: str) -> dict[str, Any]:
    """Return an authority as data."""
    sets = {"documents": sorted(authority.documents), "functions": sorted(authority.functions)}
    return {**asdict(authority), **sets, "standing": standing(authority, today)}


def request_line(request: Request) -> str:
    """Return a request in one line."""
    by = f" by {request.decided_by}" if request.decided_by else ""
    words = RULES[request.change].words
    return (
        f"request {request.number}: {words}, {request.subject}; asked by {request.asked_by} at {request.asked}: "
        f"{request.state.value}{by}"
    )


def request_data(request: Request) -> dict[str, Any]:
    """Return a request as data."""
    return {**asdict(request), "detail": dict(request.detail)}


def pending_lines(request: Request, command: str) -> Iterator[str]:
    """Say that a change waits for a second operator."""
    yield f"Asked for: {RULES[request.change].words}, {request.subject}."
    yield f"Another operator than {request.asked_by} must confirm it: {command} {request.number} --operator NAME"


def trust_lines() -> Iterator[str]:
    """Give the table of changes: how many operators each takes."""
    width = max(map(len, Change))
    for change, rule in RULES.items():
        yield f"{change.value:<{width}}  {rule.operators}  {rule.words}"


def entry_line(entry: Entry) -> str:
    """Return a row of the audit trail in one line."""
    said = ", ".join(f"{name}={value}" for name, value in entry.detail.items() if name != "pem")
    return f"{entry.number} {entry.at} {entry.operator} {entry.change} {entry.subject} {said}".rstrip()


def verify_lines(head: Head, faults: Iterable[Fault]) -> Iterator[str]:
    """Give what is wrong with the audit trail, or that nothing is."""
    faults = tuple(faults)
    for fault in faults:
        yield fault.what
    if not faults:
        yield f"The audit trail is whole, and the registry is as it tells: {head.length} rows."
        yield f"Note its head outside the database: {head}"
    else:
        yield "Somebody changed the database beside this program: find out who could, and restore a backup."


def verify_data(head: Head, faults: Iterable[Fault]) -> dict[str, Any]:
    """Return the same as data."""
    found = [fault._asdict() for fault in faults]
    return {"whole": not found, "rows": head.length, "head": str(head), "faults": found}
